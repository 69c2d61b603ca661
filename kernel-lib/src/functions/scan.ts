import { asTensor } from "../core/convert.js";
import { mul } from "../primitives/arithmetic.js";
import { pad, slice } from "../primitives/layout.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/**
 * 沿 axis 轴（缺省末轴）的累乘，形状不变。含零时梯度也正确。
 * 每一步与前面隔 1、2、4… 处的积相乘（Hillis–Steele 扫描），共 ⌈log₂ n⌉ 步，只有乘法。
 *
 * @example
 * cumprod([1, 2, 3, 4]).toArray() // => [1, 2, 6, 24]
 */
export function cumprod(x: TensorLike, axis = -1): Tensor {
  let y = asTensor(x);
  const a = normalizeAxis("cumprod", axis, y.rank);
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
      1,
    );
    y = mul(y, shifted);
  }
  return y;
}
