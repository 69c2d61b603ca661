// QR 分解 A = QR（m ≥ n，列满秩；R 的对角元为正，于是唯一）。
//
// 记 X = dA R⁻¹，M = QᵀX，Ω = tril(M, −1) − tril(M, −1)ᵀ（反对称）：dR = (M − Ω)R，dQ = X − Q(M − Ω)。
// 反向：M = R R̄ᵀ − Q̄ᵀQ，Ā = (Q̄ + Q(tril(M) + tril(M, −1)ᵀ))R⁻ᵀ（Walter 与 Lehmann，2013，arXiv:1009.6112）。

import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { decompositionKernels } from "../devices/cpu/kernels/decompositions.js";
import { TiduError } from "../errors.js";
import { tril, triu } from "../functions/linear.js";
import { add, sub } from "../primitives/arithmetic.js";
import { concat, reshape } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { triangularSolve } from "./cholesky.js";
import { block } from "./packed.js";
import { asFloat, transposed } from "./solve.js";
import { requireMatrix } from "./svd.js";

// 输出 [..., m + n, n]：上面是 Q，下面是 R。
const qrP: Primitive<any> = definePrimitive({
  name: "qr",
  shape: ([a]) => {
    const [m, n] = a!.shape.slice(-2) as [number, number];
    return { shape: [...a!.shape.slice(0, -2), m + n, n], dtype: a!.dtype };
  },
  jvp: (_, [t], out) => {
    if (!t) return null;
    const [q, r] = unpack(out);
    const x = transposed(triangularSolve(r, transposed(t), { lower: false, transpose: true }));
    const m = matmul(transposed(q), x);
    const below = tril(m, -1);
    const upper = add(sub(m, below), transposed(below));
    return concat([sub(x, matmul(q, upper)), matmul(upper, r)], -2);
  },
  vjp: (_, ct, out) => {
    const [q, r] = unpack(out);
    const [dq, dr] = unpack(ct);
    const m = sub(matmul(r, transposed(triu(dr))), matmul(transposed(dq), q));
    const mirrored = add(tril(m), transposed(tril(m, -1)));
    const left = add(dq, matmul(q, mirrored));
    return transposed(triangularSolve(r, transposed(left), { lower: false }));
  },
  batch: ([a], [dim]) => ({ out: bind(qrP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("qr", decompositionKernels.qr);

function unpack(x: Tensor): [Tensor, Tensor] {
  const [rows, n] = x.shape.slice(-2) as [number, number];
  return [block(x, 0, 0, rows - n, n), block(x, rows - n, 0, n, n)];
}

/**
 * QR 分解（reduced）：[Q（[..., m, n]，列标准正交），R（[..., n, n]，上三角，对角元非负）]。要 m ≥ n，否则抛 TIDU-LINALG-006。
 * 列满秩处可导；不满秩时求导抛 TIDU-LINALG-003。
 *
 * @example
 * qr([[3, 1], [4, 2]])[1].toArray() // => [[5, 2.2], [0, 0.4]]
 */
export function qr(a: TensorLike): [Tensor, Tensor] {
  const x = asFloat(asTensor(a));
  requireMatrix("qr", x.shape);
  const [m, n] = x.shape.slice(-2) as [number, number];
  if (m < n) {
    throw new TiduError(
      "TIDU-LINALG-006",
      `qr：行数要不少于列数，形状是 ${showShape(x.shape)}。矮矩阵请分解它的转置。`,
    );
  }
  return unpack(bind(qrP, [x], {}));
}

/**
 * 最小二乘解：使 ‖A x − b‖ 最小的 x；方程不够（m < n）时取其中范数最小的。A 是 [..., m, n]，b 是 [m] 或 [..., m, k]。
 * 由 QR 分解得到，不构造 AᵀA（那会使条件数平方）。A 要满秩，否则抛 TIDU-LINALG-003（这时请用 matmul(pinv(A), b)）；
 * 行数不符抛 TIDU-LINALG-002。
 *
 * @example
 * lstsq([[1, 0], [1, 1], [1, 2]], [1, 3, 5]).toArray() // => [1, 2]
 */
export function lstsq(a: TensorLike, b: TensorLike): Tensor {
  const [x, rhs] = asTensors(a, b).map(asFloat) as [Tensor, Tensor];
  requireMatrix("lstsq", x.shape);
  const [m, n] = x.shape.slice(-2) as [number, number];
  const column = rhs.rank === 1 ? reshape(rhs, [rhs.size, 1]) : rhs;
  if (column.shape.at(-2) !== m) {
    throw new TiduError(
      "TIDU-LINALG-002",
      `lstsq：矩阵 ${showShape(x.shape)} 与右端 ${showShape(rhs.shape)} 对不上；右端应有 ${m} 行。`,
    );
  }
  const y = m >= n ? tall(x, column) : wide(x, column);
  return rhs.rank === 1 ? reshape(y, y.shape.slice(0, -1)) : y;
}

function tall(a: Tensor, b: Tensor): Tensor {
  const [q, r] = qr(a);
  return triangularSolve(r, matmul(transposed(q), b), { lower: false });
}

/** A = RᵀQᵀ，范数最小的解在 A 的行空间里：x = Q R⁻ᵀ b。 */
function wide(a: Tensor, b: Tensor): Tensor {
  const [q, r] = qr(transposed(a));
  return matmul(q, triangularSolve(r, b, { lower: false, transpose: true }));
}
