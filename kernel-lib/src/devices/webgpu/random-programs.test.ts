import assert from "node:assert/strict";
import "../../index.js";
import { checkDerivatives } from "../derivatives.js";
import { randomPrograms } from "../random-programs.js";
import { testGpu } from "../software-gpu.js";

describe("webgpu：随机的程序与 cpu 一致", () => {
  // 软件 GPU 上编译着色器慢，所以只取十五个；换种子可以多试。
  it("任意形状的值、jit、一阶与二阶导数", async function () {
    const gpu = await testGpu();
    if (!gpu) return this.skip();
    const failures: string[] = [];
    for (const program of randomPrograms(15, 41)) {
      const problem = await checkDerivatives(program, gpu);
      if (problem) failures.push(`${program.name}：${problem}`);
    }
    assert.deepEqual(failures, []);
  });
});
