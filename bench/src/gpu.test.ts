import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { devices } from "@tidu/kernel-lib";
import { suite } from "./gpu.js";
import { gpuCases } from "./gpu-cases.js";
import { format } from "./index.js";

const icd = "/usr/lib/chromium/vk_swiftshader_icd.json";

describe("bench gpu", () => {
  it("软件模拟的 GPU：各核与 cpu 核对一致，不计时，逐行说明没有测", async function () {
    this.timeout(240_000);
    const real = existsSync("/dev/dri") || existsSync("/dev/nvidia0");
    // 有真 GPU 时这一项要跑很久，由 npm run bench -- gpu 去测。
    if (real || !existsSync(icd)) return this.skip();
    process.env["VK_ICD_FILENAMES"] ??= icd;
    process.env["XDG_RUNTIME_DIR"] ??= "/tmp";
    if (!(await devices()).find((d) => d.name === "webgpu")?.available) return this.skip();
    const result = await suite();
    assert.equal(result.suite, "gpu");
    assert.match(result.machine, /没有测时间与带宽/);
    assert.equal(result.rows.length, gpuCases.length);
    for (const row of result.rows) {
      assert.equal(row.ours, null);
      assert.equal(row.holds, null);
      assert.ok(row.goal.length > 0);
    }
    assert.match(format(result), /没有测。目标：不低于拷贝带宽的 80% —— 无法判断/);
  });
});
