import assert from "node:assert/strict";
import { conventions } from "./conventions.js";
import {
  abs,
  atan2,
  ceil,
  clip,
  eigh,
  elu,
  eye,
  floor,
  grad,
  hessian,
  huber,
  intervalDerivative,
  leakyRelu,
  max,
  maximum,
  min,
  minimum,
  mul,
  norm,
  relu,
  round,
  segmentMax,
  sign,
  sum,
  svd,
  type Tensor,
  triplet,
} from "./index.js";

const weights = [
  [0.3, -1.2],
  [2.1, 0.7],
];

/** 表里每一条在库里的实际行为：拐点处的导数，以及（一元时）用来核对次梯度集合的函数。 */
const actual: Record<string, { got: number[]; want: number[]; f?: (x: number) => number; at?: number }> = {
  relu: { got: [grad(relu)(0).item()], want: [0], f: (x) => relu(x).item(), at: 0 },
  abs: { got: [grad(abs)(0).item()], want: [0], f: Math.abs, at: 0 },
  leakyRelu: { got: [grad((x: Tensor) => leakyRelu(x, 0.2))(0).item()], want: [0.2] },
  elu: { got: [grad((x: Tensor) => elu(x, 3))(0).item()], want: [1] },
  max: {
    got: [max, min].flatMap((m) => grad((x: Tensor) => m(x))([2, 2, 2, 2]).toArray() as number[]),
    want: new Array(8).fill(0.25),
    f: (x) => max([x, 2, 2]).item(),
    at: 2,
  },
  maximum: {
    got: [maximum, minimum].flatMap((m) =>
      grad((x: Tensor, y: Tensor) => m(x, y), { argnums: [0, 1] })(1, 1).map((g) => g.item()),
    ),
    want: [0.5, 0.5, 0.5, 0.5],
    f: (x) => maximum(x, 1).item(),
    at: 1,
  },
  clip: {
    got: [-1, 1].map((x) => grad((v: Tensor) => clip(v, -1, 1))(x).item()),
    want: [1, 1],
    f: (x) => clip(x, -1, 1).item(),
    at: 1,
  },
  huber: {
    got: [-2, 2].map((x) => hessian((e: Tensor) => huber(e, 2))(x).item()),
    want: [1, 1],
    f: (x) => grad((e: Tensor) => huber(e, 2))(x).item(),
    at: 2,
  },
  hinge: {
    got: [grad((a: Tensor) => triplet(a, [0], [-2], { margin: 1 }))([-0.5]).toArray() as number[]].flat(),
    want: [0],
    f: (x) => triplet([-x], [0], [-2], { margin: 0 }).item() / 2,
    at: 1,
  },
  atan2: {
    got: grad((y: Tensor, x: Tensor) => atan2(y, x), { argnums: [0, 1] })(0, 0).map((g) => g.item()),
    want: [0, 0],
  },
  eigh: {
    got: [
      ...grad((a: Tensor) => sum(mul(eigh(a)[1], weights)))(eye(2)).toArray<number[][]>(),
      ...grad((a: Tensor) => sum(mul(svd(a)[0], weights)))(eye(2)).toArray<number[][]>(),
    ].flat(),
    want: new Array(8).fill(0),
  },
  segmentMax: {
    got: grad((x: Tensor) => segmentMax(x, [0, 0], 2).at(1))([1, 2]).toArray<number[]>(),
    want: [0, 0],
  },
  norm: { got: grad((x: Tensor) => norm(x))([0, 0]).toArray() as number[], want: [0, 0] },
  sign: {
    got: [sign, floor, ceil, round].map((f) => grad((x: Tensor) => f(x))(0).item()),
    want: [0, 0, 0, 0],
  },
};

describe("拐点的约定", () => {
  it("表与核对一一对应，编号不重复", () => {
    assert.deepEqual(conventions.map((c) => c.id).sort(), Object.keys(actual).sort());
  });

  for (const { id, name, subgradient, value } of conventions) {
    it(`${name}`, () => {
      const { got, want, f, at } = actual[id]!;
      assert.deepEqual(got.map(Math.abs), want);
      if (typeof value === "number") assert.ok(want.every((v) => v === value));
      if (!f) return;
      // 左右导数（由区间判据另算）张成的区间就是表里的次梯度集合。
      const { left, right, kind } = intervalDerivative(f, at!);
      assert.equal(kind, "kink");
      const ends = [left, right].map(([lo, hi]) => (lo + hi) / 2).sort((a, b) => a - b);
      for (const [i, end] of ends.entries()) assert.ok(Math.abs(end - subgradient![i]!) < 1e-6, `${ends}`);
    });
  }
});
