import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { device, devices } from "@tidu/kernel-lib";
import { suite } from "./gpu.js";
import { gpuCases } from "./gpu-cases.js";
import { copier, type GpuDevice, gpuClock, spend } from "./gpu-measure.js";
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

  it("GPU 的秒表记的是队列里那段工作：大于零，不超过墙上时间", async function () {
    this.timeout(60_000);
    if (!existsSync("/dev/dri") && !existsSync("/dev/nvidia0") && !existsSync(icd)) return this.skip();
    if (!(await devices()).find((d) => d.name === "webgpu")?.available) return this.skip();
    const gpu = (await device("webgpu")) as unknown as GpuDevice;
    const clock = gpuClock(gpu);
    if (!clock) return this.skip();
    const copy = copier(gpu, 2 ** 24);
    assert.ok((await spend(gpu, copy, 3, null)) > 0);
    const begin = performance.now();
    clock.mark(0);
    for (let i = 0; i < 5; i++) copy();
    clock.mark(1);
    const inside = await clock.elapsed();
    assert.ok(inside > 0 && inside <= performance.now() - begin, `${inside}`);
  });
});
