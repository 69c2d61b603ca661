import assert from "node:assert/strict";
import { grad, hvp, jit, key, mul, normal, split, sum, type Tensor, toDevice } from "../../index.js";
import { layerNorm } from "../../nn/index.js";
import { near } from "../../testing/near.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

describe("webgpu：层归一化的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  // 真值：cpu 上 float64 的组合写法。600 行使一个工作组走过几批行。
  for (const [rows, width] of [
    [1, 1],
    [3, 5],
    [600, 8],
    [7, 130],
    [5, 1024],
  ] as const) {
    it(`${rows}×${width}：值与三个梯度，即时与 jit`, async () => {
      const [a, b, c, d] = split(key(rows), 4) as [Tensor, Tensor, Tensor, Tensor];
      const cpu = [normal(a, [rows, width]), normal(b, [width]), normal(c, [width])] as const;
      const w = normal(d, [rows, width]);
      const there = await Promise.all([...cpu, w].map((x) => toDevice(x, "webgpu")));
      const [x, gamma, beta, gw] = there as [Tensor, Tensor, Tensor, Tensor];
      // 大的均值：方差不能靠两个大数相减。
      const f = (x: Tensor, gamma: Tensor, beta: Tensor): Tensor =>
        layerNorm.apply({ gamma, beta }, x.add(30));
      await near(f(x, gamma, beta), f(...cpu), "值", 1e-4);
      const loss = (v: Tensor) => (x: Tensor, g: Tensor, b: Tensor) =>
        sum(mul(v, layerNorm.apply({ gamma: g, beta: b }, x)));
      const all = { argnums: [0, 1, 2] } as const;
      const expected = grad(loss(w), all)(...cpu);
      const run = grad(loss(gw), all);
      for (const g of [run, jit(run)]) {
        const actual = g(x, gamma, beta) as readonly Tensor[];
        for (const [k, y] of actual.entries()) await near(y, expected[k]!, `梯度 ${k}`, 5e-5);
      }
    });
  }

  it("前向一个核；二阶与 cpu 一致", async () => {
    const cpu = split(key(5), 4).map((k, i) => normal(k, i === 0 || i === 3 ? [4, 6] : [6]));
    const [x, gamma, beta, v] = (await Promise.all(cpu.map((t) => toDevice(t, "webgpu")))) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    layerNorm.apply({ gamma, beta }, x);
    const start = gpu.gpu.dispatched;
    layerNorm.apply({ gamma, beta }, x);
    assert.equal(gpu.gpu.dispatched - start, 1);
    const loss = (g: Tensor, b: Tensor) => (t: Tensor) =>
      sum(mul(t, mul(t, layerNorm.apply({ gamma: g, beta: b }, t))));
    const expected = hvp(loss(cpu[1]!, cpu[2]!))(cpu[0]!, cpu[3]!);
    await near(hvp(loss(gamma, beta))(x, v), expected, "黑塞乘向量", 1e-4);
  });
});
