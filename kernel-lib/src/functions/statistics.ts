import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { abs, add, div, mul, square, sub } from "../primitives/arithmetic.js";
import { exp, log, sqrt } from "../primitives/exponential.js";
import { maximum } from "../primitives/extremes.js";
import { reshape } from "../primitives/layout.js";
import { type Axis, max, type ReduceOptions, sum } from "../primitives/reductions.js";
import { detach, equal, greater, less, logicalAnd, where } from "../primitives/select.js";
import { normalizeAxes, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

const keep = { keepDims: true } as const;

function count(op: string, x: Tensor, axis: Axis | undefined, minimum: number): number {
  const n = sizeOf(normalizeAxes(op, axis, x.rank).map((a) => x.shape[a]!));
  if (n < minimum) {
    throw new TiduError(
      "TIDU-SHAPE-009",
      `${op}：形状 ${showShape(x.shape)} 沿给定的轴只有 ${n} 个元素，至少要 ${minimum} 个。`,
    );
  }
  return n;
}

/**
 * 沿给定的轴求平均，结果是浮点。轴上没有元素时抛 TIDU-SHAPE-009。
 *
 * @example
 * mean([[1, 2], [3, 4]], 1).toArray() // => [1.5, 3.5]
 */
export function mean(x: TensorLike, axis?: Axis, options?: ReduceOptions): Tensor {
  const t = asTensor(x);
  return div(sum(t, axis, options), count("mean", t, axis, 1));
}

export interface SpreadOptions extends ReduceOptions {
  /** 自由度修正：除以 n − ddof。0（缺省）是总体方差，1 是样本方差。 */
  readonly ddof?: number;
}

/**
 * 方差：离均差平方的平均，除以 n − ddof（ddof 缺省 0）。n ≤ ddof 时抛 TIDU-SHAPE-009。
 *
 * @example
 * variance([1, 2, 3, 4]).item() // => 1.25
 */
export function variance(x: TensorLike, axis?: Axis, options: SpreadOptions = {}): Tensor {
  const t = asTensor(x);
  const ddof = options.ddof ?? 0;
  const n = count("variance", t, axis, Math.floor(ddof) + 1);
  return div(sum(square(sub(t, mean(t, axis, keep))), axis, options), n - ddof);
}

/**
 * 标准差：方差的平方根。方差为 0 处梯度约定为 0。
 *
 * @example
 * std([1, 3]).item() // => 1
 */
export function std(x: TensorLike, axis?: Axis, options: SpreadOptions = {}): Tensor {
  return safeSqrt(variance(x, axis, options));
}

/** √s，但在 s = 0 处导数取 0 而不是 ∞：先把 0 换成 1 再开方，免得 ∞ 混进梯度。 */
export function safeSqrt(s: Tensor): Tensor {
  const zero = equal(s, 0);
  return where(zero, 0, sqrt(where(zero, 1, s)));
}

export interface NormOptions extends ReduceOptions {
  /** 2（缺省）欧氏，1 绝对值之和，Infinity 最大绝对值。 */
  readonly ord?: 1 | 2 | typeof Infinity;
}

/**
 * 向量范数（axis 缺省时把全部元素看成一个向量）。先除以绝对值最大的元素再平方，1e±200 的元素也不溢出。零向量处欧氏范数的梯度约定为 0。ord 不认识时抛 TIDU-ARG-007。
 *
 * @example
 * norm([3, 4]).item() // => 5
 */
export function norm(x: TensorLike, axis?: Axis, options: NormOptions = {}): Tensor {
  const { ord = 2 } = options;
  if (ord === 1) return sum(abs(x), axis, options);
  if (ord === Infinity) return max(abs(x), axis, options);
  if (ord === 2) return euclidean(asTensor(x), axis, options);
  throw new TiduError("TIDU-ARG-007", `norm：ord 可取 1、2 或 Infinity，得到的是 ${ord}。`);
}

function euclidean(x: Tensor, axis: Axis | undefined, options: ReduceOptions): Tensor {
  const gone = normalizeAxes("norm", axis, x.rank);
  if (sizeOf(gone.map((a) => x.shape[a]!)) === 0) return sum(abs(x), axis, options);
  const m = unit(max(abs(detach(x)), axis, keep));
  const y = safeSqrt(sum(square(div(x, m)), axis, options));
  return mul(y, options.keepDims ? m : reshape(m, y.shape));
}

/** 作除数的尺度：0、∞ 与 NaN 换成 1。 */
function unit(m: Tensor): Tensor {
  return where(logicalAnd(greater(m, 0), less(m, Infinity)), m, 1);
}

/**
 * √(a² + b²)，不溢出也不下溢；原点处梯度约定为 0。
 *
 * @example
 * hypot(3e200, 4e200).item() // => 5e200
 */
export function hypot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  const m = unit(maximum(abs(detach(x)), abs(detach(y))));
  return mul(m, safeSqrt(add(square(div(x, m)), square(div(y, m)))));
}

/** 沿轴的最大值，不求导；没有有限的最大值时取 0，免得 ∞ − ∞。 */
export function shift(x: Tensor, axis: Axis | undefined): Tensor {
  const m = detach(max(x, axis, keep));
  return where(equal(sub(m, m), 0), m, 0);
}

/**
 * ln Σ eˣ：先减去最大值，±10⁴ 的输入也不溢出。导数是 softmax(x)。
 *
 * @example
 * logsumexp([10000, 10000]).item() // => 10000.693147180559945
 */
export function logsumexp(x: TensorLike, axis?: Axis, options: ReduceOptions = {}): Tensor {
  const t = asTensor(x);
  const m = shift(t, axis);
  const y = add(log(sum(exp(sub(t, m)), axis, keep)), m);
  if (options.keepDims) return y;
  const gone = normalizeAxes("logsumexp", axis, t.rank);
  return reshape(
    y,
    t.shape.filter((_, i) => !gone.includes(i)),
  );
}
