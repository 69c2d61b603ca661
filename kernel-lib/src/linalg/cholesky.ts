import { alignBatch } from "../core/batching.js";
import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { castLike, moveAxis, sumTo } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { linalgKernels } from "../devices/cpu/kernels/linalg.js";
import { promote } from "../dtype.js";
import { TiduError } from "../errors.js";
import { eye } from "../functions/creation.js";
import { tril, triu } from "../functions/linear.js";
import { add, mul, neg, sub } from "../primitives/arithmetic.js";
import { reshape } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { broadcastShapes, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { asFloat, requireSquare, transposed } from "./solve.js";

interface TriangularParams {
  readonly lower: boolean;
  readonly transpose: boolean;
}

const triangularP: Primitive<any> = definePrimitive({
  name: "triangularSolve",
  shape: ([a, b]) => ({
    shape: [
      ...broadcastShapes("triangularSolve", a!.shape.slice(0, -2), b!.shape.slice(0, -2)),
      ...b!.shape.slice(-2),
    ],
    dtype: promote(a!.dtype, b!.dtype),
  }),
  jvp: ([a], [ta, tb], x, params: TriangularParams) => {
    const part = ta && triangle(ta, params.lower);
    const moved = part && neg(matmul(params.transpose ? transposed(part) : part, x));
    const rhs = moved && tb ? add(tb, moved) : (tb ?? moved);
    return rhs ? substitute(a!, rhs, params) : null;
  },
  vjp: (i, ct, x, [a, b], params: TriangularParams) => {
    const g = substitute(a!, ct, { ...params, transpose: !params.transpose });
    if (i === 1) return castLike(sumTo(g, b!.shape), b!);
    const full = params.transpose ? matmul(x, transposed(g)) : matmul(g, transposed(x));
    return castLike(sumTo(neg(triangle(full, params.lower)), a!.shape), a!);
  },
  batch: (args, dims, params) => {
    const [a, b] = alignBatch(args, dims);
    return { out: substitute(a!, b!, params), dim: 0 };
  },
});
defineCpuKernel("triangularSolve", linalgKernels.triangularSolve);

function triangle(x: Tensor, lower: boolean): Tensor {
  return lower ? tril(x) : triu(x);
}

function substitute(a: Tensor, b: Tensor, params: TriangularParams): Tensor {
  return bind(triangularP, [a, b], params);
}

/** triangularSolve 的选项：用哪个三角，要不要转置。 */
export interface TriangularOptions {
  /** 用下三角（缺省）还是上三角；另一半的元素不看。 */
  readonly lower?: boolean;
  /** 为真时解 Tᵀ x = b。 */
  readonly transpose?: boolean;
}

/**
 * 解三角方程组 T x = b，O(n²)。T 是 [..., n, n]，b 是向量或矩阵。对角线有 0 时抛 TIDU-LINALG-003
 * （webgpu 上不能抛，得 NaN）。
 *
 * @example
 * triangularSolve([[2, 0], [1, 1]], [4, 5]).toArray() // => [2, 3]
 */
export function triangularSolve(t: TensorLike, b: TensorLike, options: TriangularOptions = {}): Tensor {
  const [m, rhs] = asTensors(t, b).map(asFloat) as [Tensor, Tensor];
  requireSquare("triangularSolve", m.shape);
  const column = rhs.rank === 1 ? reshape(rhs, [rhs.size, 1]) : rhs;
  if (column.shape.at(-2) !== m.shape.at(-1)) {
    throw new TiduError(
      "TIDU-LINALG-002",
      `triangularSolve：方阵 ${showShape(m.shape)} 与右端 ${showShape(rhs.shape)} 对不上；右端应有 ${m.shape.at(-1)} 行。`,
    );
  }
  const params = { lower: options.lower ?? true, transpose: options.transpose ?? false };
  const x = substitute(m, column, params);
  return rhs.rank === 1 ? reshape(x, x.shape.slice(0, -1)) : x;
}

// A = LLᵀ 求导后左乘 L⁻¹、右乘 L⁻ᵀ：dL = L·Φ(L⁻¹ dA L⁻ᵀ)，Φ 取下三角而对角线减半（Murray，2016，arXiv:1602.07527）。
const choleskyP: Primitive<any> = definePrimitive({
  name: "cholesky",
  shape: ([a]) => a!,
  jvp: (_, [t], out) => {
    if (!t) return null;
    const left = lower(out, symmetric(t));
    return matmul(out, halved(transposed(lower(out, transposed(left)))));
  },
  vjp: (_, ct, out) => {
    const middle = halved(matmul(transposed(out), tril(ct)));
    const left = upper(out, middle);
    return symmetric(transposed(upper(out, transposed(left))));
  },
  batch: ([a], [dim]) => ({ out: bind(choleskyP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("cholesky", linalgKernels.cholesky);

const lower = (l: Tensor, b: Tensor): Tensor => substitute(l, b, { lower: true, transpose: false });
const upper = (l: Tensor, b: Tensor): Tensor => substitute(l, b, { lower: true, transpose: true });
const symmetric = (x: Tensor): Tensor => mul(0.5, add(x, transposed(x)));

function halved(x: Tensor): Tensor {
  return sub(tril(x), mul(mul(0.5, x), eye(x.shape.at(-1)!, undefined, x.dtype)));
}

/**
 * 对称正定矩阵的 Cholesky 因子：A = L Lᵀ，L 是下三角。先把 A 对称化为 (A + Aᵀ)/2。
 * 不正定时抛 TIDU-LINALG-004（webgpu 上不能抛，得 NaN）。
 *
 * @example
 * cholesky([[4, 2], [2, 2]]).toArray() // => [[2, 0], [1, 1]]
 */
export function cholesky(a: TensorLike): Tensor {
  const m = asFloat(asTensor(a));
  requireSquare("cholesky", m.shape);
  return bind(choleskyP, [m], {});
}
