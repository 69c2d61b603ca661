import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL("..", import.meta.url));

describe("可选依赖一个也没装", () => {
  let folder: string;

  before(() => {
    // 拷到别处，那里找不到任何 node_modules。
    folder = mkdtempSync(join(tmpdir(), "tidu-bare-"));
    cpSync(dist, join(folder, "dist"), {
      recursive: true,
      filter: (path) => !/\.(test\.js|map|d\.ts)$/.test(path),
    });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it("库照常工作，各设备说清缺什么", () => {
    const script = `
      import * as t from ${JSON.stringify(pathToFileURL(join(folder, "dist", "index.js")).href)};
      const reports = await t.devices();
      const error = await t.useDevice("webgpu").catch((e) => e);
      let early;
      try { t.to([1], "webgpu"); } catch (e) { early = e; }
      console.log(JSON.stringify({ sum: t.sum([1, 2]).item(), reports, id: error.id, message: error.message, early: early.id }));
    `;
    const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      cwd: folder,
      timeout: 30_000,
    });
    assert.equal(status, 0, stderr);
    const { sum, reports, id, message, early } = JSON.parse(stdout);
    assert.equal(sum, 3);
    assert.deepEqual(
      reports.map((r: { available: boolean }) => r.available),
      [true, false, false],
    );
    assert.match(reports[1].detail, /没有可用的 npm 包 webgpu/);
    for (const name of ["tfjs-node-gpu", "tfjs-node", "tfjs-backend-wasm", "tfjs-backend-cpu"]) {
      assert.match(reports[2].detail, new RegExp(`@tensorflow/${name}：没有安装`));
    }
    assert.equal(id, "TIDU-DEV-005");
    assert.match(message, /设备 webgpu 用不了/);
    assert.equal(early, "TIDU-DEV-004");
  });
});
