import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { diagnosisText, jupyter, registration } from "./diagnosis.js";

const entry = fileURLToPath(new URL("./index.js", import.meta.url));

describe("tidu doctor", () => {
  it("--json 是约定的形状，标准输出里只有 JSON", () => {
    const script = `import(${JSON.stringify(entry)}).then((m) => m.main(["doctor", "--json"]))`;
    const { status, stdout } = spawnSync(process.execPath, ["-e", script], { encoding: "utf8" });
    assert.equal(status, 0);
    const report = JSON.parse(stdout);
    assert.deepEqual(Object.keys(report), ["version", "node", "devices", "jupyter", "sandbox"]);
    assert.equal(report.version, 1);
    assert.equal(report.node, process.version);
    assert.deepEqual(
      report.devices.map((d: { name: string }) => d.name),
      ["cpu", "webgpu", "tensorflow"],
    );
    for (const d of report.devices) {
      assert.deepEqual(Object.keys(d), ["name", "available", "detail"]);
      assert.match(d.detail, /[\u4e00-\u9fff]/);
    }
    for (const key of ["mechanism", "network", "filesystem", "memory"]) assert.ok(key in report.sandbox);
  });

  it("没有 Jupyter 时说怎么办", () => {
    const path = process.env["PATH"];
    process.env["PATH"] = "/nonexistent";
    try {
      const report = jupyter("/nonexistent");
      assert.equal(report.available, false);
      assert.match(report.detail, /npm run lab/);
    } finally {
      process.env["PATH"] = path;
    }
  });

  it("内核的登记失效、属于另一份仓库、没有登记：说出办法", () => {
    const advice = (...found: Parameters<typeof registration>[0]) => registration(found);
    const install = /运行 npx tidu kernel install$/;
    assert.match(advice().advice, install);
    const folder = "/u/kernels/tidu";
    const stale = advice(
      { folder, own: false, problem: "它指向的文件已不在：/x" },
      { folder: "/v", own: true },
    );
    assert.equal(stale.kernel, false);
    assert.match(stale.advice, /\/u\/kernels\/tidu）失效：它指向的文件已不在：\/x。删掉那个文件夹/);
    assert.deepEqual(advice({ folder, own: false }).kernel, true);
    assert.match(advice({ folder, own: false }).advice, install);
    assert.deepEqual(advice({ folder, own: true }), { kernel: true, advice: "内核 tidu 已登记" });
  });

  it("文字报告：一个设备一行，能用与否一眼可见", () => {
    const text = diagnosisText({
      version: 1,
      node: "v20.0.0",
      devices: [
        { name: "cpu", available: true, detail: "缺省" },
        { name: "webgpu", available: false, detail: "没有显卡" },
      ],
      jupyter: { available: false, version: null, kernel: false, detail: "没有找到" },
      sandbox: { mechanism: "bubblewrap", network: true, filesystem: true, memory: false, detail: "说明" },
    });
    assert.equal(
      text,
      [
        "Node    v20.0.0",
        "设备",
        "  ✓ cpu        缺省",
        "  ✗ webgpu     没有显卡",
        "Jupyter ✗ 没有找到",
        "沙箱    bubblewrap（断网：有，只读：有，内存上限：无）",
        "        说明",
      ].join("\n"),
    );
  });
});
