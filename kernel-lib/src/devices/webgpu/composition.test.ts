import assert from "node:assert/strict";
import { jit, key, normal, split, type Tensor, toDevice, valueAndGrad } from "../../index.js";
import { compositions } from "../compositions.js";
import { testGpu } from "../software-gpu.js";

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  const largest = Array.from(expected).reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
  for (let i = 0; i < expected.length; i++) {
    const bound = 3e-5 * largest;
    const gap = Math.abs(actual[i]! - expected[i]!);
    assert.ok(gap <= bound, `${what}[${i}]：${actual[i]}，应为 ${expected[i]}（差 ${gap} > ${bound}）`);
  }
}

describe("webgpu：组合函数的值与梯度和 cpu 一致", () => {
  before(async function () {
    if (!(await testGpu())) this.skip();
  });

  for (const { name, f, shapes } of compositions) {
    for (const mode of ["即时", "jit"]) {
      it(`${name}（${mode}）`, async () => {
        const keys = split(key(7), shapes.length);
        const cpu = shapes.map((s, i) => normal(keys[i]!, s));
        const gpu = await Promise.all(cpu.map((x) => toDevice(x, "webgpu")));
        const argnums = shapes.map((_, i) => i);
        const both = valueAndGrad(f as (...xs: Tensor[]) => Tensor, { argnums });
        const [value, gradients] = both(...cpu) as unknown as [Tensor, Tensor[]];
        const run = mode === "jit" ? jit(both) : both;
        for (let round = 0; round < 2; round++) {
          const [y, gs] = run(...gpu) as unknown as [Tensor, Tensor[]];
          assert.equal(y.device, "webgpu");
          assertNear(await y.data(), await value.data(), "值");
          for (const [i, g] of gs.entries()) {
            assert.equal(g.device, "webgpu");
            assertNear(await g.data(), await gradients[i]!.data(), `第 ${i} 个梯度`);
          }
        }
      });
    }
  }
});
