import { asTensor } from "../core/convert.js";
import { mul } from "../primitives/arithmetic.js";
import { logaddexp } from "../primitives/exponential.js";
import { pad, slice } from "../primitives/layout.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/** 每一步与前面隔 1、2、4… 处的结果合并（Hillis–Steele 扫描），共 ⌈log₂ n⌉ 步；unit 是合并的单位元。 */
function accumulate(
  op: string,
  x: TensorLike,
  axis: number,
  unit: number,
  merge: (a: Tensor, b: Tensor) => Tensor,
): Tensor {
  let y = asTensor(x);
  const a = normalizeAxis(op, axis, y.rank);
  const n = y.shape[a]!;
  for (let gap = 1; gap < n; gap *= 2) {
    const kept = slice(
      y,
      [],
      y.shape.map((m, i) => (i === a ? n - gap : m)),
    );
    const shifted = pad(
      kept,
      y.shape.map((_, i) => (i === a ? [gap, 0] : [0, 0])),
      unit,
    );
    y = merge(y, shifted);
  }
  return y;
}

/**
 * 沿 axis 轴（缺省末轴）的累乘，形状不变。只有乘法，含零时梯度也正确。
 *
 * @example
 * cumprod([1, 2, 3, 4]).toArray() // => [1, 2, 6, 24]
 */
export function cumprod(x: TensorLike, axis = -1): Tensor {
  return accumulate("cumprod", x, axis, 1, mul);
}

/**
 * 沿 axis 轴（缺省末轴）的累积对数求和指数：第 k 个是 ln Σᵢ≤ₖ e^xᵢ，不溢出。
 *
 * @example
 * logcumsumexp([1000, 1000]).toArray() // => [1000, 1000.6931471805599]
 */
export function logcumsumexp(x: TensorLike, axis = -1): Tensor {
  return accumulate("logcumsumexp", x, axis, -Infinity, logaddexp);
}
