import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { ones, zeros } from "../functions/creation.js";
import { chunk, stack, unstack } from "../functions/rearrange.js";
import { add, mul, sub } from "../primitives/arithmetic.js";
import { sigmoid } from "../primitives/exponential.js";
import { concat } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { tanh } from "../primitives/trigonometry.js";
import { split } from "../random/key.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { flatten, matchLeaves, unflatten } from "../tree.js";
import { glorotUniform, orthogonal } from "./initialisers.js";

/**
 * 沿时间展开：carry 从初值起，每一步 [carry, y] = f(carry, xs 的第 t 片)；返回 [最后的 carry, 各步的 y 叠起来]。
 * xs 与 y 可以是树，时间都是第 0 轴；各叶子的时间长度不同或为 0 抛 TIDU-NN-005。对它求导就是穿越时间的反向传播。
 *
 * @example
 * const [last, all] = scan((s: Tensor, x: Tensor) => [add(s, x), mul(s, 2)], tensor(0), tensor([1, 2, 3]));
 * last.item() // => 6
 * all.toArray() // => [0, 2, 6]
 */
export function scan<C, X, Y>(f: (carry: C, x: X, step: number) => readonly [C, Y], init: C, xs: X): [C, Y] {
  const flat = flatten(xs, "xs");
  const slices = flat.leaves.map((x) => unstack(asTensor(x)));
  const steps = slices[0]?.length ?? 0;
  if (steps === 0 || slices.some((s) => s.length !== steps)) {
    throw new TiduError(
      "TIDU-NN-005",
      `scan：xs 的各叶子第 0 轴要一样长且不为 0，得到的是 ${slices.map((s) => s.length).join("、") || "空的树"}。`,
    );
  }
  let carry = init;
  const outputs: Y[] = [];
  for (let t = 0; t < steps; t++) {
    const x = unflatten(
      flat.structure,
      slices.map((s) => s[t]!),
    ) as X;
    const [next, y] = f(carry, x, t);
    carry = next;
    outputs.push(y);
  }
  const first = flatten(outputs[0], "y");
  const columns = outputs.map((y) => matchLeaves(first.structure, y, "y") as TensorLike[]);
  const stacked = first.leaves.map((_, k) => stack(columns.map((row) => row[k]!)));
  return [carry, unflatten(first.structure, stacked) as Y];
}

/** 循环单元的参数：w 作用于输入 [入, g·H]，u 作用于状态 [H, g·H]，b 是 [g·H]；g 是门的个数。 */
export interface CellParams {
  readonly w: Tensor;
  readonly u: Tensor;
  readonly b: Tensor;
}

type CellLike = { readonly w: TensorLike; readonly u: TensorLike; readonly b: TensorLike };

function cell(key: Tensor, inputs: number, hidden: number, gates: number): CellParams {
  const [kw, ku] = split(key) as [Tensor, Tensor];
  const blocks = split(ku, gates).map((k) => orthogonal(k, [hidden, hidden]));
  return {
    w: glorotUniform(kw, [inputs, gates * hidden]),
    u: concat(blocks, 1),
    b: zeros([gates * hidden]),
  };
}

/** x W + h U + b。 */
const preactivation = (p: CellLike, h: TensorLike, x: TensorLike): Tensor =>
  add(add(matmul(x, p.w), matmul(h, p.u)), p.b);

/**
 * 简单循环单元：h′ = tanh(x W + h U + b)。U 用正交初始化。
 *
 * @example
 * const params = rnnCell.init(key(0), 3, 4);
 * rnnCell.apply(params, zeros([4]), [1, 2, 3]).shape // => [4]
 */
export const rnnCell = {
  init: (key: Tensor, inputs: number, hidden: number): CellParams => cell(key, inputs, hidden, 1),
  apply: (params: CellLike, h: TensorLike, x: TensorLike): Tensor => tanh(preactivation(params, h, x)),
};

/** 长短期记忆单元的状态：输出 h 与细胞 c。 */
export interface LstmState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * 长短期记忆单元：门的次序是 输入 i、遗忘 f、候选 g、输出 o；c′ = σ(f)c + σ(i)tanh(g)，h′ = σ(o)tanh(c′)。
 * 遗忘门的偏置初值是 1。来源：Hochreiter 与 Schmidhuber，1997；Gers 等，2000。
 *
 * @example
 * const params = lstmCell.init(key(0), 3, 4);
 * const start = lstmCell.start([4]);
 * const [last, hs] = scan(
 *   (s: typeof start, x: Tensor) => {
 *     const next = lstmCell.apply(params, s, x);
 *     return [next, next.h];
 *   },
 *   start,
 *   ones([5, 3]),
 * );
 * hs.shape // => [5, 4]
 */
export const lstmCell = {
  init(key: Tensor, inputs: number, hidden: number): CellParams {
    const params = cell(key, inputs, hidden, 4);
    return { ...params, b: concat([zeros([hidden]), ones([hidden]), zeros([2 * hidden])]) };
  },
  /** 全零的初始状态。 */
  start: (shape: readonly number[]): LstmState => ({ h: zeros(shape), c: zeros(shape) }),
  apply(
    params: CellLike,
    state: { readonly h: TensorLike; readonly c: TensorLike },
    x: TensorLike,
  ): LstmState {
    const gates = chunk(preactivation(params, state.h, x), 4, -1);
    const [i, f, g, o] = gates as [Tensor, Tensor, Tensor, Tensor];
    const c = add(mul(sigmoid(f), state.c), mul(sigmoid(i), tanh(g)));
    return { h: mul(sigmoid(o), tanh(c)), c };
  },
};

/**
 * 门控循环单元：门的次序是 更新 z、重置 r、候选 n；n = tanh(xWₙ + bₙ + σ(r)·hUₙ)，h′ = (1 − σ(z))n + σ(z)h。
 * 来源：Cho 等，2014（arXiv:1406.1078）。
 *
 * @example
 * const params = gruCell.init(key(0), 3, 4);
 * gruCell.apply(params, zeros([2, 4]), ones([2, 3])).shape // => [2, 4]
 */
export const gruCell = {
  init: (key: Tensor, inputs: number, hidden: number): CellParams => cell(key, inputs, hidden, 3),
  apply(params: CellLike, h: TensorLike, x: TensorLike): Tensor {
    const fromInput = chunk(add(matmul(x, params.w), params.b), 3, -1) as [Tensor, Tensor, Tensor];
    const fromState = chunk(matmul(h, params.u), 3, -1) as [Tensor, Tensor, Tensor];
    const z = sigmoid(add(fromInput[0], fromState[0]));
    const r = sigmoid(add(fromInput[1], fromState[1]));
    const n = tanh(add(fromInput[2], mul(r, fromState[2])));
    return add(mul(sub(1, z), n), mul(z, h));
  },
};
