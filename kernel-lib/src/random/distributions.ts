import { asTensor } from "../core/convert.js";
import { defaultDevice } from "../devices/default.js";
import { to } from "../devices/transfer.js";
import { TiduError } from "../errors.js";
import { asShape, tensor } from "../functions/creation.js";
import { erfinv } from "../primitives/activations.js";
import { add, mul, neg } from "../primitives/arithmetic.js";
import { log, log1p } from "../primitives/exponential.js";
import { maximum, minimum } from "../primitives/extremes.js";
import { gather } from "../primitives/indexing.js";
import { reshape, slice } from "../primitives/layout.js";
import { argmax } from "../primitives/reductions.js";
import { astype, less, where } from "../primitives/select.js";
import { argsort } from "../primitives/sorting.js";
import { broadcastShapes, normalizeAxis, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { draw } from "./primitive.js";

type FloatType = "float64" | "float32";

/** uniform 的选项：取值范围与元素类型。 */
export interface UniformOptions {
  readonly min?: number;
  readonly max?: number;
  readonly dtype?: FloatType;
}

const settle = (x: Tensor): Tensor => (defaultDevice().name === "cpu" ? x : to(x, defaultDevice().name));

function unit(op: string, key: Tensor, shape: Shape, min: number, max: number): Tensor {
  const u = draw(op, key, "uniform", shape);
  return min === 0 && max === 1 ? u : maximum(add(mul(u, max - min), min), min);
}

/**
 * [min, max) 上的均匀分布，缺省 [0, 1)。min > max 时抛 TIDU-ARG-001。
 *
 * @example
 * uniform(key(0), [2]).shape // => [2]
 */
export function uniform(key: Tensor, shape: number | Shape = [], options: UniformOptions = {}): Tensor {
  const { min = 0, max = 1, dtype = "float64" } = options;
  if (!(min <= max)) {
    throw new TiduError("TIDU-ARG-001", `uniform：下界 ${min} 应不大于上界 ${max}。请检查两个界的次序。`);
  }
  const u = unit("uniform", key, asShape("uniform", shape), min, max);
  if (dtype === "float64" || min === max) return settle(astype(u, dtype));
  // 舍入到单精度可能进到 max，开区间不许。
  return settle(minimum(astype(u, "float32"), below(max)));
}

/** 小于 x 的最大单精度数。 */
function below(x: number): number {
  const bits = new Float32Array([x]);
  if (bits[0]! < x) return bits[0]!;
  const view = new Int32Array(bits.buffer);
  if (x === 0) return -(2 ** -149);
  view[0]! += x > 0 ? -1 : 1;
  return bits[0]!;
}

/**
 * 标准正态分布 N(0, 1)；要 N(μ, σ²) 请写 add(mu, mul(sigma, normal(key, shape)))——这正是重参数化。
 *
 * @example
 * normal(key(0), [3]).shape // => [3]
 */
export function normal(
  key: Tensor,
  shape: number | Shape = [],
  options: { readonly dtype?: FloatType } = {},
): Tensor {
  const low = -1 + 2 ** -53;
  const u = unit("normal", key, asShape("normal", shape), low, 1);
  return settle(astype(mul(Math.SQRT2, erfinv(u)), options.dtype ?? "float64"));
}

/**
 * 伯努利分布：以概率 p 为 1，结果是 bool。shape 缺省取 p 的形状。
 *
 * @example
 * bernoulli(key(0), 1, [3]).toArray() // => [1, 1, 1]
 */
export function bernoulli(key: Tensor, p: TensorLike = 0.5, shape?: number | Shape): Tensor {
  const t = asTensor(p);
  const s = shape === undefined ? t.shape : asShape("bernoulli", shape);
  return settle(less(unit("bernoulli", key, s, 0, 1), t));
}

/**
 * [min, max) 里的均匀整数（int32）。min ≥ max 时抛 TIDU-ARG-009。
 *
 * @example
 * randint(key(0), [4], 0, 1).toArray() // => [0, 0, 0, 0]
 */
export function randint(key: Tensor, shape: number | Shape, min: number, max: number): Tensor {
  const limit = 2 ** 31;
  const whole = Number.isInteger(min) && Number.isInteger(max);
  if (!whole || min >= max || min < -limit || max > limit) {
    throw new TiduError("TIDU-ARG-009", `randint：要 min < max 的 32 位整数，得到的是 [${min}, ${max})。`);
  }
  const raw = draw("randint", key, "integers", asShape("randint", shape), { span: max - min });
  return settle(min === 0 ? raw : add(raw, min));
}

/**
 * 随机排列。给整数 n 得 0…n−1 的一个排列（int32）；给张量则沿第 0 轴打乱。
 *
 * @example
 * permutation(key(0), 5).shape // => [5]
 */
export function permutation(key: Tensor, x: number | TensorLike): Tensor {
  if (typeof x === "number") {
    return settle(draw("permutation", key, "permutation", asShape("permutation", x)));
  }
  const t = asTensor(x);
  normalizeAxis("permutation", 0, t.rank);
  return gather(t, draw("permutation", key, "permutation", [t.shape[0]!]));
}

/**
 * 标准 Gumbel 分布：−ln(−ln u)。加到对数概率上取 argmax 就是按概率抽类别。
 *
 * @example
 * gumbel(key(0), [2]).shape // => [2]
 */
export function gumbel(key: Tensor, shape: number | Shape = []): Tensor {
  const u = unit("gumbel", key, asShape("gumbel", shape), 2.2250738585072014e-308, 1);
  return settle(neg(log(neg(log(u)))));
}

/**
 * 按对数概率（不必归一）沿 axis 轴抽类别，结果是 int32，形状是 logits 去掉该轴；
 * 给 shape 时在前面再加这些轴，各自独立抽样。
 *
 * @example
 * categorical(key(0), [0, -Infinity]).item() // => 0
 */
export function categorical(key: Tensor, logits: TensorLike, axis = -1, shape: Shape = []): Tensor {
  const t = asTensor(logits);
  const a = normalizeAxis("categorical", axis, t.rank);
  const full = broadcastShapes("categorical", t.shape, [...shape, ...t.shape]);
  return argmax(add(gumbel(key, full), t), a + shape.length);
}

/**
 * 标准指数分布 −ln(1 − u)；要速率 λ 请再除以 λ。
 *
 * @example
 * exponential(key(0), [3]).shape // => [3]
 */
export function exponential(key: Tensor, shape: number | Shape = []): Tensor {
  const u = unit("exponential", key, asShape("exponential", shape), 0, 1);
  return settle(neg(log1p(neg(u))));
}

/**
 * Rademacher 分布：以各一半的概率取 ±1（Hutchinson 迹估计用它）。
 *
 * @example
 * mul(rademacher(key(0), [4]), rademacher(key(0), [4])).toArray() // => [1, 1, 1, 1]
 */
export function rademacher(key: Tensor, shape: number | Shape = []): Tensor {
  return where(bernoulli(key, 0.5, asShape("rademacher", shape)), tensor(1), -1);
}

export interface ChoiceOptions {
  /** 放回（缺省）还是不放回。 */
  readonly replace?: boolean;
  /** 各项的概率，缺省相等。 */
  readonly p?: TensorLike;
}

/**
 * 从 0…n−1（给整数 n）或 x 的第 0 轴里抽出形状为 shape 的一批。不放回时个数超过 n 抛 TIDU-ARG-011。
 * 不放回且给了 p 时，按 Gumbel 分数从大到小取（等价于逐个抽、每次把抽过的去掉）。
 *
 * @example
 * choice(key(0), [7, 7, 7], [2]).toArray() // => [7, 7]
 * @example
 * choice(key(0), 3, [4], { replace: false }) // 抛 TIDU-ARG-011
 */
export function choice(
  key: Tensor,
  x: number | TensorLike,
  shape: number | Shape = [],
  options: ChoiceOptions = {},
): Tensor {
  const { replace = true, p } = options;
  const s = asShape("choice", shape);
  const pool = typeof x === "number" ? null : asTensor(x);
  const n = pool ? pool.shape[normalizeAxis("choice", 0, pool.rank)]! : (x as number);
  const count = sizeOf(s);
  if (!replace && count > n) {
    throw new TiduError(
      "TIDU-ARG-011",
      `choice：不放回时抽 ${showShape(s)} 共 ${count} 个，只有 ${n} 个可抽。`,
    );
  }
  const flat = p === undefined ? evenly(key, n, count, replace) : weighted(key, log(p), count, replace);
  const picked = reshape(flat, s);
  return pool ? gather(pool, picked) : picked;
}

function evenly(key: Tensor, n: number, count: number, replace: boolean): Tensor {
  return replace ? randint(key, [count], 0, n) : slice(permutation(key, n), [0], [count]);
}

function weighted(key: Tensor, logits: Tensor, count: number, replace: boolean): Tensor {
  if (replace) return categorical(key, logits, -1, [count]);
  return slice(argsort(neg(add(gumbel(key, logits.shape), logits))), [0], [count]);
}
