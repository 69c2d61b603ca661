import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  broadcastTo,
  cumsum,
  exp,
  grad,
  jit,
  key,
  matmul,
  max,
  mul,
  normal,
  reshape,
  sigmoid,
  split,
  sub,
  sum,
  type Tensor,
  tanh,
  toDevice,
  transpose,
} from "../../index.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

const shape = [6, 5];

/** 由前面的值造一个新值；形状总是 [6, 5]，中间可以约简、转置、换形状再铺开。 */
type Build = (values: readonly Tensor[], i: number, j: number) => Tensor;
const builders: readonly Build[] = [
  (v, i, j) => add(v[i]!, v[j]!),
  (v, i, j) => mul(tanh(v[i]!), v[j]!),
  (v, i, j) => sub(v[i]!, mul(0.5, v[j]!)),
  (v, i) => sigmoid(v[i]!),
  (v, i) => exp(mul(-0.1, tanh(v[i]!))),
  (v, i) => sub(v[i]!, sum(tanh(v[i]!), 1, { keepDims: true })),
  (v, i) => mul(v[i]!, broadcastTo(max(v[i]!, 0), shape)),
  (v, i, j) => add(transpose(reshape(v[i]!, [5, 6])), v[j]!),
  (v, i, j) => mul(v[i]!, sigmoid(sum(v[j]!))),
  (v, i) => cumsum(tanh(v[i]!), 1),
];

const plan = fc.array(fc.record({ op: fc.nat(builders.length - 1), i: fc.nat(1000), j: fc.nat(1000) }), {
  minLength: 1,
  maxLength: 12,
});

function program(steps: readonly { op: number; i: number; j: number }[]) {
  return (...inputs: Tensor[]): Tensor[] => {
    const values = [...inputs];
    for (const { op, i, j } of steps) {
      values.push(tanh(builders[op]!(values, i % values.length, j % values.length)));
    }
    // 末尾几个都是输出：有的同时又被别的节点用到。
    return values.slice(-3);
  };
}

describe("webgpu：融合", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  it("随机的图：融合后在 GPU 上的结果与 cpu 逐个执行一致", async () => {
    const cpu = split(key(5)).map((k) => normal(k, shape));
    const there = await Promise.all(cpu.map((x) => toDevice(x, "webgpu")));
    await fc.assert(
      fc.asyncProperty(plan, async (steps) => {
        const f = program(steps);
        const compiled = jit(f);
        const expected = f(...cpu);
        for (let round = 0; round < 2; round++) {
          for (const [k, y] of compiled(...there).entries()) {
            const [actual, truth] = [await y.data(), await expected[k]!.data()];
            for (let i = 0; i < truth.length; i++) {
              assert.ok(Math.abs(actual[i]! - truth[i]!) < 1e-4, `${k}[${i}]：${actual[i]} ≠ ${truth[i]}`);
            }
          }
        }
      }),
      { numRuns: 25, seed: 20 },
    );
  }).timeout(120_000);

  it("转置并进 matmul：四种组合、成批、不整除", async () => {
    const cases: [number[], number[], (a: Tensor, b: Tensor) => Tensor][] = [
      [[37, 50], [37, 41], (a, b) => matmul(transpose(a), b)],
      [[50, 37], [41, 37], (a, b) => matmul(a, transpose(b))],
      [[70, 65], [40, 70], (a, b) => matmul(transpose(a), transpose(b))],
      [[3, 7, 5], [3, 7, 9], (a, b) => matmul(transpose(a, [0, 2, 1]), b)],
      [[3, 7, 5], [9, 5], (a, b) => matmul(a, transpose(b))],
    ];
    for (const [p, q, f] of cases) {
      const [ka, kb] = split(key(9)) as [Tensor, Tensor];
      const cpu = [normal(ka, p), normal(kb, q)] as const;
      const there = await Promise.all(cpu.map((x) => toDevice(x, "webgpu")));
      const [actual, truth] = [await jit(f)(there[0]!, there[1]!).data(), await f(...cpu).data()];
      assert.equal(actual.length, truth.length);
      for (let i = 0; i < truth.length; i++)
        assert.ok(Math.abs(actual[i]! - truth[i]!) < 1e-4, `${p} ${q} ${i}`);
    }
  });

  const count = async (f: (...xs: Tensor[]) => unknown, ...inputs: Tensor[]): Promise<number> => {
    const there = await Promise.all(inputs.map((x) => toDevice(x, "webgpu")));
    const compiled = jit(f);
    compiled(...there);
    const start = gpu.gpu.dispatched;
    compiled(...there);
    return gpu.gpu.dispatched - start;
  };

  it("派发的核数", async () => {
    const [x, y] = split(key(6)).map((k) => normal(k, shape)) as [Tensor, Tensor];
    // 一条链、带常数与广播：一个核。
    assert.equal(
      await count((a, b) => tanh(add(mul(a, 2), mul(b, reshape([1, 2, 3, 4, 5], [1, 5])))), x, y),
      1,
    );
    // 菱形：公共的 a−b 只算一次，还是一个核。
    assert.equal(
      await count(
        (a, b) => {
          const e = sub(a, b);
          return mul(tanh(e), sigmoid(e));
        },
        x,
        y,
      ),
      1,
    );
    // 梯度：sum 的伴随是铺开的常数，不占核。
    assert.equal(await count(grad((a: Tensor) => sum(tanh(a))) as (...xs: Tensor[]) => Tensor, x), 1);
    // 感知机一层的梯度：Aᵀ G 与 G Bᵀ 直接读，没有单独的转置。
    const w = normal(split(key(8))[0]!, [5, 4]);
    const layer = (a: Tensor, b: Tensor): Tensor => sum(tanh(matmul(a, b)));
    assert.equal(await count(grad(layer, { argnums: [0, 1] }) as (...xs: Tensor[]) => unknown, x, w), 4);
    // 值与梯度：一个约简、一个逐元素。
    assert.equal(await count((a) => [sum(tanh(a)), mul(tanh(a), a)], x), 2);
  });
});
