import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { mul } from "../primitives/arithmetic.js";
import { sum } from "../primitives/reductions.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { asFloat, inv, requireSquare, scaleMatrix, transposed } from "./solve.js";

// d ln|det A| = tr(A⁻¹ dA)，所以 ln|det A| 对 A 的梯度是 A⁻ᵀ。
const logdetP: Primitive<any> = definePrimitive({
  name: "logdet",
  shape: ([a]) => ({ shape: a!.shape.slice(0, -2), dtype: a!.dtype }),
  jvp: ([a], [t]) => t && sum(mul(transposed(inv(a!)), t), [-2, -1]),
  vjp: (_, ct, __, [a]) => scaleMatrix(ct, transposed(inv(a!))),
  batch: ([a], [dim]) => ({ out: bind(logdetP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});

const detP: Primitive<any> = definePrimitive({
  name: "det",
  shape: ([a]) => ({ shape: a!.shape.slice(0, -2), dtype: a!.dtype }),
  jvp: ([a], [t], out) => t && mul(out, sum(mul(transposed(inv(a!)), t), [-2, -1])),
  vjp: (_, ct, out, [a]) => scaleMatrix(mul(ct, out), transposed(inv(a!))),
  batch: ([a], [dim]) => ({ out: bind(detP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});

/**
 * ln|det A|，[..., n, n] 得 [...]；奇异时是 −∞。梯度 A⁻ᵀ。行列式很大或很小时不会溢出。
 * 不是方阵抛 TIDU-LINALG-001。
 *
 * @example
 * logdet([[2, 0], [0, 4]]).item() // => 2.0794415416798357
 */
export function logdet(a: TensorLike): Tensor {
  const m = asFloat(asTensor(a));
  requireSquare("logdet", m.shape);
  return bind(logdetP, [m], {});
}

/**
 * 行列式。梯度 det(A)·A⁻ᵀ（A 奇异时求梯度抛 TIDU-LINALG-003，webgpu 上得 NaN）。
 *
 * @example
 * det([[1, 2], [3, 4]]).item() // => -2
 */
export function det(a: TensorLike): Tensor {
  const m = asFloat(asTensor(a));
  requireSquare("det", m.shape);
  return bind(detP, [m], {});
}
