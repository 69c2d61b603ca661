import { asTensor } from "../core/convert.js";
import { expandDims } from "../functions/rearrange.js";
import { abs, div, mul } from "../primitives/arithmetic.js";
import { slice } from "../primitives/layout.js";
import { max } from "../primitives/reductions.js";
import { detach, lessEqual, where } from "../primitives/select.js";
import type { Tensor } from "../tensor.js";

// 几个因子装在一个矩阵里；这里是拆开它们、以及在相等的特征值之间安全地求倒数的办法。

/** 末两轴里的一块：从 [row, col] 起，rows 行 cols 列。 */
export function block(x: Tensor, row: number, col: number, rows: number, cols: number): Tensor {
  const lead = x.shape.slice(0, -2);
  return slice(x, [...lead.map(() => 0), row, col], [...lead, rows, cols]);
}

/** 每列乘上各自的数：X·diag(s)。 */
export const scaleColumns = (x: Tensor, s: Tensor): Tensor => mul(x, expandDims(s, -2));

/** 每行乘上各自的数：diag(s)·X。 */
export const scaleRows = (s: Tensor, x: Tensor): Tensor => mul(expandDims(s, -1), x);

/** 1/d；与 scale 相比小到只剩舍入误差的 d，约定取 0。 */
export function safeInverse(d: Tensor, scale: Tensor): Tensor {
  const tiny = lessEqual(abs(detach(d)), mul(1e-14, detach(scale)));
  return where(tiny, 0, div(1, where(tiny, 1, d)));
}

/** 绝对值最大的一个；[..., k] → [..., 1]。 */
export function largest(s: Tensor): Tensor {
  return s.shape.at(-1) === 0 ? asTensor(0) : max(abs(detach(s)), -1, { keepDims: true });
}

/** Fᵢⱼ = 1/(sⱼ − sᵢ)，对角线与相等的取 0。plus 为真时换成 1/(sⱼ + sᵢ)。 */
export function gaps(s: Tensor, sign: 1 | -1): Tensor {
  const [col, row] = [expandDims(s, -2), expandDims(s, -1)];
  return safeInverse(sign === 1 ? col.add(row) : col.sub(row), expandDims(largest(s), -1));
}
