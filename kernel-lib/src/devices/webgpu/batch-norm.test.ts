import assert from "node:assert/strict";
import { grad, hvp, jit, key, mul, normal, split, sum, type Tensor, tensor, toDevice } from "../../index.js";
import { batchNorm } from "../../nn/index.js";
import { near } from "../../testing/near.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

const close = (actual: Tensor, expected: Tensor, what: string, tolerance = 5e-5): Promise<void> =>
  near(actual, expected, what, tolerance);

type Four = [Tensor, Tensor, Tensor, Tensor];
const moved = async (xs: readonly Tensor[]): Promise<Four> =>
  (await Promise.all(xs.map((x) => toDevice(x, "webgpu")))) as Four;
const draw = (shape: readonly number[]): Four => {
  const [a, b, c, d] = split(key(shape.length), 4) as Four;
  const channels = [shape[1]!];
  return [normal(a, [...shape]), normal(b, channels), normal(c, channels), normal(d, [...shape])];
};
const stateOf = (channels: number) => batchNorm.init(channels).state;

describe("webgpu：批归一化的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  // 真值：cpu 上 float64 的组合写法。没有空间轴的、空间小而不整除的（按列分工），空间大而要分段的（按通道分工）。
  for (const shape of [
    [70, 5],
    [40, 3, 5],
    [9, 2, 24, 20],
  ]) {
    it(`${shape.join("×")}：值、滑动平均与三个梯度，即时与 jit`, async () => {
      const cpu = draw(shape);
      const there = await moved(cpu);
      const f = (x: Tensor, gamma: Tensor, beta: Tensor) =>
        // 大的均值：方差不能靠两个大数相减。
        batchNorm.apply({ gamma, beta }, stateOf(shape[1]!), x.add(30));
      const [y, state] = f(there[0], there[1], there[2]);
      const [z, expectedState] = f(cpu[0], cpu[1], cpu[2]);
      await close(y, z, "值", 1e-4);
      await close(state.mean, expectedState.mean, "均值", 1e-5);
      await close(state.variance, expectedState.variance, "方差", 1e-5);
      const loss = (w: Tensor) => (x: Tensor, g: Tensor, b: Tensor) => sum(mul(w, f(x, g, b)[0]));
      const all = { argnums: [0, 1, 2] } as const;
      const expected = grad(loss(cpu[3]), all)(cpu[0], cpu[1], cpu[2]);
      const run = grad(loss(there[3]), all);
      for (const g of shape.length === 4 ? [run, jit(run)] : [run]) {
        const actual = g(there[0], there[1], there[2]) as readonly Tensor[];
        for (const [k, t] of actual.entries()) await close(t, expected[k]!, `梯度 ${k}`, 1e-4);
      }
    });
  }

  it("统计、合并、归一化共三次派发；离群的第一个数不损精度；二阶与 cpu 一致", async () => {
    const cpu = draw([12, 2, 3]);
    const [x, gamma, beta, v] = await moved(cpu);
    const start = gpu.gpu.dispatched;
    batchNorm.apply({ gamma, beta }, stateOf(2), x);
    // 其余四次是两个滑动平均，各一次乘、一次加；旧值在 cpu 上，它的乘法也在 cpu 上。
    assert.equal(gpu.gpu.dispatched - start, 7);
    const spike = Array.from({ length: 200 }, (_, i) => [i === 0 ? 1e6 : 1e-3 * i]);
    const values = spike.map(([s]) => s!);
    const mu = values.reduce((a, b) => a + b) / 200;
    const sigma2 = values.reduce((a, b) => a + (b - mu) ** 2, 0) / 200;
    const one = { gamma: tensor([1]), beta: tensor([0]) };
    const [, state] = batchNorm.apply(one, stateOf(1), await toDevice(tensor(spike), "webgpu"), {
      momentum: 0,
    });
    await close(state.mean, tensor([mu]), "均值", 1e-6);
    await close(state.variance, tensor([sigma2]), "方差", 1e-5);
    const loss = (g: Tensor, b: Tensor) => (t: Tensor) =>
      sum(mul(t, mul(t, batchNorm.apply({ gamma: g, beta: b }, stateOf(2), t)[0])));
    await close(hvp(loss(gamma, beta))(x, v), hvp(loss(cpu[1], cpu[2]))(cpu[0], cpu[3]), "黑塞乘向量", 1e-4);
  });
});
