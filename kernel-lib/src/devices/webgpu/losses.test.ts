import assert from "node:assert/strict";
import {
  grad,
  huberLoss,
  hvp,
  key,
  normal,
  split,
  type Tensor,
  toDevice,
  tripletLoss,
  valueAndGrad,
} from "../../index.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= 2e-5 * Math.max(1, Math.abs(expected[i]!)),
      `${what}[${i}]：${actual[i]}，应为 ${expected[i]}`,
    );
  }
}

describe("webgpu：损失函数用上融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  const draw = async (count: number, shape: number[]): Promise<[Tensor[], Tensor[]]> => {
    const cpu = split(key(3), count).map((k) => normal(k, shape));
    return [cpu, await Promise.all(cpu.map((x) => toDevice(x, "webgpu")))];
  };

  it("huberLoss 的值与梯度", async () => {
    const [[p, t], [P, T]] = await draw(2, [41, 13]);
    const both = valueAndGrad((y: Tensor, z: Tensor) => huberLoss(y, z, { delta: 0.9 }));
    const start = gpu.gpu.dispatched;
    const [value, gradient] = both(P!, T!);
    // 融合核与部分和两个，其余是乘上 1/N 与上游伴随的小核；组合的原语要二十来个。
    assert.ok(gpu.gpu.dispatched - start <= 6, `派发了 ${gpu.gpu.dispatched - start} 个核`);
    const [truth, slope] = both(p!, t!);
    near(await value.data(), await truth.data(), "损失");
    near(await gradient.data(), await slope.data(), "梯度");
  });

  for (const distance of ["euclidean", "squared"] as const) {
    it(`tripletLoss（${distance}）的值与三个梯度`, async () => {
      const [cpu, there] = await draw(3, [17, 21]);
      const loss = (a: Tensor, p: Tensor, n: Tensor): Tensor => tripletLoss(a, p, n, { distance });
      const both = valueAndGrad(loss, { argnums: [0, 1, 2] });
      const start = gpu.gpu.dispatched;
      const [value, gradients] = both(there[0]!, there[1]!, there[2]!);
      assert.ok(gpu.gpu.dispatched - start <= 12, `派发了 ${gpu.gpu.dispatched - start} 个核`);
      const [truth, slopes] = both(cpu[0]!, cpu[1]!, cpu[2]!);
      near(await value.data(), await truth.data(), "损失");
      for (const [k, g] of gradients.entries()) near(await g.data(), await slopes[k]!.data(), `梯度 ${k}`);
    });
  }

  it("二阶：对融合过的损失再求导，与 cpu 一致", async () => {
    const [[p, t, v], [P, T, V]] = await draw(3, [7, 5]);
    const loss = (target: Tensor) => (y: Tensor) => huberLoss(y, target, { reduction: "sum" });
    near(await hvp(loss(T!))(P!, V!).data(), await hvp(loss(t!))(p!, v!).data(), "Huber 的黑塞矩阵乘向量");
    const squared = (a: Tensor, b: Tensor, c: Tensor): Tensor =>
      grad((x: Tensor) => tripletLoss(x, b, c, { distance: "euclidean", reduction: "sum" }))(a)
        .square()
        .sum();
    near(await grad(squared)(P!, T!, V!).data(), await grad(squared)(p!, t!, v!).data(), "三元组的二阶");
  });
});
