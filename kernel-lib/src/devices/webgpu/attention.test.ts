import assert from "node:assert/strict";
import {
  attention,
  grad,
  hvp,
  jit,
  key,
  mul,
  normal,
  split,
  square,
  sum,
  type Tensor,
  tensor,
  toDevice,
  valueAndGrad,
  vmap,
} from "../../index.js";
import { near } from "../../testing/near.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

async function onGpu(actual: Tensor, expected: Tensor, what: string, tolerance?: number): Promise<void> {
  assert.equal(actual.device, "webgpu", what);
  await near(actual, expected, what, tolerance);
}

const draw = (shapes: readonly (readonly number[])[], seed = 4): Tensor[] => {
  const keys = split(key(seed), shapes.length);
  return shapes.map((s, i) => normal(keys[i]!, [...s]));
};
const there = (xs: readonly Tensor[]): Promise<Tensor[]> => Promise.all(xs.map((x) => toDevice(x, "webgpu")));

describe("webgpu：注意力的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  // 真值：float64 的组合写法。大小有整除块的，也有不整除的；宽的、成批的连同掩码在下一项，免得多编译三个核。
  const cases: [string, number[], number[], number[]][] = [
    ["不整除", [70, 9], [45, 9], [45, 5]],
    ["正好整除", [64, 16], [32, 16], [32, 32]],
  ];
  for (const [name, q, k, v] of cases) {
    it(`${name}：值与四个梯度`, async () => {
      const cpu = draw([q, k, v]);
      const weights = draw([attention(...(cpu as [Tensor, Tensor, Tensor])).shape], 9)[0]!;
      const [gq, gk, gv, gw] = await there([...cpu, weights]);
      const loss = (w: Tensor) => (a: Tensor, b: Tensor, c: Tensor, t: Tensor) =>
        sum(mul(w, attention(a, b, c, { temperature: t })));
      const all = { argnums: [0, 1, 2, 3] } as const;
      const tau = 1.7;
      const args = cpu as [Tensor, Tensor, Tensor];
      await onGpu(attention(gq!, gk!, gv!), attention(...args), "值");
      const expected = grad(loss(weights), all)(...args, tau);
      for (const mode of ["即时", "jit"]) {
        const f = grad(loss(gw!), all);
        const run = mode === "jit" ? jit(f) : f;
        const actual = run(gq!, gk!, gv!, await toDevice(tensor(tau), "webgpu")) as Tensor[];
        for (const [i, g] of actual.entries()) {
          await onGpu(g, expected[i]!, `${mode}：第 ${i} 个梯度`, i === 3 ? 1e-4 : 3e-5);
        }
      }
    });
  }

  it("比一块宽，成批，k 与 v 共用；掩码逐个或整列，整行看不见时输出与梯度是 0", async () => {
    const cpu = draw([
      [2, 2, 17, 70],
      [2, 37, 70],
      [1, 37, 66],
    ]);
    const gpuInputs = await there(cpu);
    const rule = (q: number, k: number): boolean => q !== 3 && (q * 7 + k * 3) % 5 < 2;
    const full = Array.from({ length: 17 }, (_, q) => Array.from({ length: 37 }, (_, k) => rule(q, k)));
    for (const mask of [full, [full[0]!]]) {
      const f = (q: Tensor, k: Tensor, v: Tensor): Tensor => sum(square(attention(q, k, v, { mask })));
      const [value, gradients] = valueAndGrad(f, { argnums: [0, 1, 2] })(
        ...(gpuInputs as [Tensor, Tensor, Tensor]),
      );
      const [y, gs] = valueAndGrad(f, { argnums: [0, 1, 2] })(...(cpu as [Tensor, Tensor, Tensor]));
      await onGpu(value, y, "值");
      for (const [i, g] of gradients.entries()) await onGpu(g, gs[i]!, `梯度 ${i}`, 3e-5);
    }
    const y = await attention(...(gpuInputs as [Tensor, Tensor, Tensor]), { mask: full }).data();
    assert.ok(y.slice(3 * 66, 4 * 66).every((v) => v === 0));
  });

  it("±10⁴ 的分数不溢出", async () => {
    const q = tensor([
      [1e4, 0],
      [-1e4, 0],
      [1e4, 1e4],
    ]);
    const k = tensor([
      [1, 0],
      [0, 0],
      [0, 1],
    ]);
    const v = tensor([[5], [7], [11]]);
    const [a, b, c] = (await there([q, k, v])) as [Tensor, Tensor, Tensor];
    const options = { temperature: 1 };
    await onGpu(attention(a, b, c, options), attention(q, k, v, options), "值");
    const f = (x: Tensor, y: Tensor, z: Tensor): Tensor => sum(square(attention(x, y, z, options)));
    const expected = grad(f, { argnums: [0, 1, 2] })(q, k, v);
    const actual = grad(f, { argnums: [0, 1, 2] })(a, b, c);
    for (const [i, g] of actual.entries()) await onGpu(g, expected[i]!, `梯度 ${i}`);
  });

  it("二阶、vmap 与 cpu 一致", async () => {
    const cpu = draw([
      [5, 3],
      [7, 3],
      [7, 2],
      [5, 3],
    ]) as [Tensor, Tensor, Tensor, Tensor];
    const [q, k, v, t] = (await there(cpu)) as [Tensor, Tensor, Tensor, Tensor];
    const loss = (b: Tensor, c: Tensor) => (a: Tensor) => sum(square(attention(a, b, c)));
    await onGpu(hvp(loss(k, v))(q, t), hvp(loss(cpu[1], cpu[2]))(cpu[0], cpu[3]), "黑塞乘向量", 1e-4);
    const twice = (a: Tensor, b: Tensor, c: Tensor): Tensor => sum(square(grad(loss(b, c))(a)));
    const [ga, ea] = [grad(twice, { argnums: [0, 1, 2] }), grad(twice, { argnums: [0, 1, 2] })];
    const expected = ea(cpu[0], cpu[1], cpu[2]);
    for (const [i, g] of ga(q, k, v).entries()) await onGpu(g, expected[i]!, `二阶 ${i}`, 1e-4);
    const each = vmap((a: Tensor) => attention(a.reshape([1, 3]), k, v))(q);
    const plain = vmap((a: Tensor) => attention(a.reshape([1, 3]), cpu[1], cpu[2]))(cpu[0]);
    await onGpu(each, plain, "vmap");
  });

  it("派发的核数：前向 1 个；反向不在显存里放分数矩阵", async () => {
    const [q, k, v] = (await there(
      draw([
        [300, 8],
        [300, 8],
        [300, 8],
      ]),
    )) as [Tensor, Tensor, Tensor];
    attention(q, k, v);
    const start = gpu.gpu.dispatched;
    attention(q, k, v);
    assert.equal(gpu.gpu.dispatched - start, 1);
    const f = jit(grad((a: Tensor, b: Tensor, c: Tensor) => sum(attention(a, b, c)), { argnums: [0, 1, 2] }));
    const before = gpu.gpu.pool.liveBytes;
    const kept = f(q, k, v);
    // 三个梯度各 300×8；300×300 的分数矩阵一个就有 360 000 字节。
    assert.ok(gpu.gpu.pool.liveBytes - before < 100_000, String(kept.length));
  });
});
