// 奇异值分解 A = U diag(s) Vᵀ（reduced：U 是 m×k，V 是 n×k，k = min(m, n)）。
//
// 记 P = Uᵀ dA V，S = diag(s)，Fᵢⱼ = 1/(sⱼ² − sᵢ²)（i ≠ j），Fᵢᵢ = 0：
//   ds = diag(P)
//   dU = U(F∘(PS + SPᵀ)) + (I − UUᵀ) dA V S⁻¹
//   dV = V(F∘(SP + PᵀS)) + (I − VVᵀ) dAᵀ U S⁻¹
// 转置得反向；来源：Townsend，2016，《Differentiating the Singular Value Decomposition》。

import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { type Aval, definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { decompositionKernels } from "../devices/cpu/kernels/decompositions.js";
import { TiduError } from "../errors.js";
import { eye } from "../functions/creation.js";
import { diagonal } from "../functions/linear.js";
import { expandDims, squeeze } from "../functions/rearrange.js";
import { add, mul, sub } from "../primitives/arithmetic.js";
import { concat } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { type Shape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { block, gaps, largest, safeInverse, scaleColumns, scaleRows } from "./packed.js";
import { asFloat, transposed } from "./solve.js";

export function requireMatrix(op: string, shape: Shape): void {
  if (shape.length < 2) {
    throw new TiduError("TIDU-LINALG-005", `${op}：要矩阵（至少两个轴），形状是 ${showShape(shape)}。`);
  }
}

type Usv = [u: Tensor, s: Tensor, v: Tensor];

function unpack(x: Tensor, m: number, n: number): Usv {
  const k = x.shape.at(-1)!;
  return [block(x, 0, 0, m, k), squeeze(block(x, m, 0, 1, k), -2), block(x, m + 1, 0, n, k)];
}

const sides = ({ shape }: Aval): [number, number] => [shape.at(-2)!, shape.at(-1)!];

/** F 与 S⁻¹。 */
function inverses(s: Tensor): [Tensor, Tensor] {
  return [mul(gaps(s, -1), gaps(s, 1)), safeInverse(s, largest(s))];
}

/** (I − QQᵀ)X：X 里与 Q 的各列正交的部分。 */
const outside = (q: Tensor, x: Tensor): Tensor => sub(x, matmul(q, matmul(transposed(q), x)));

const svdP: Primitive<any> = definePrimitive({
  name: "svd",
  shape: ([a]) => {
    const [m, n] = sides(a!);
    return { shape: [...a!.shape.slice(0, -2), m + n + 1, Math.min(m, n)], dtype: a!.dtype };
  },
  jvp: ([a], [t], out) => {
    if (!t) return null;
    const [m, n] = sides(a!);
    const [u, s, v] = unpack(out, m, n);
    const [f, inverse] = inverses(s);
    const tv = matmul(t, v);
    const p = matmul(transposed(u), tv);
    const [ps, sp] = [scaleColumns(p, s), scaleRows(s, p)];
    let du = matmul(u, mul(f, add(ps, transposed(ps))));
    let dv = matmul(v, mul(f, add(sp, transposed(sp))));
    if (m > n) du = add(du, outside(u, scaleColumns(tv, inverse)));
    if (n > m) dv = add(dv, outside(v, scaleColumns(matmul(transposed(t), u), inverse)));
    return concat([du, expandDims(diagonal(p, p.rank - 2, p.rank - 1), -2), dv], -2);
  },
  vjp: (_, ct, out, [a]) => {
    const [m, n] = sides(a!);
    const [u, s, v] = unpack(out, m, n);
    const [du, ds, dv] = unpack(ct, m, n);
    const [f, inverse] = inverses(s);
    const gu = mul(f, matmul(transposed(u), du));
    const gv = mul(f, matmul(transposed(v), dv));
    const onDiagonal = scaleRows(ds, eye(s.shape.at(-1)!, undefined, s.dtype));
    const fromU = scaleColumns(add(gu, transposed(gu)), s);
    const fromV = scaleRows(s, add(gv, transposed(gv)));
    let g = matmul(matmul(u, add(onDiagonal, add(fromU, fromV))), transposed(v));
    if (m > n) g = add(g, matmul(outside(u, scaleColumns(du, inverse)), transposed(v)));
    if (n > m) g = add(g, matmul(u, transposed(outside(v, scaleColumns(dv, inverse)))));
    return g;
  },
  batch: ([a], [dim]) => ({ out: bind(svdP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("svd", decompositionKernels.svd);

/**
 * 奇异值分解（reduced）：[U（[..., m, k]），s（从大到小，[..., k]），Vᵀ（[..., k, n]）]，k = min(m, n)，A = U diag(s) Vᵀ。
 * 每个右奇异向量绝对值最大的分量取正。不是矩阵抛 TIDU-LINALG-005。
 *
 * 奇异值两两不等且都不为 0 时任意阶可导。有相等的或为 0 的奇异值时奇异向量不确定，经过它们的导数按约定略去；
 * 低秩近似、伪逆这类结果请直接用 pinv。
 *
 * @example
 * svd([[3, 0], [0, -2]])[1].toArray() // => [3, 2]
 * @example
 * grad((a: Tensor) => sum(svd(a)[1]))([[3, 0], [0, -2]]).toArray() // => [[1, 0], [0, -1]]
 */
export function svd(a: TensorLike): [Tensor, Tensor, Tensor] {
  const x = asFloat(asTensor(a));
  requireMatrix("svd", x.shape);
  const [u, s, v] = unpack(bind(svdP, [x], {}), ...sides(x));
  return [u, s, transposed(v)];
}

// P = A⁺ 的微分（Golub 与 Pereyra，1973）：dP = −P dA P + PPᵀ dAᵀ (I − AP) + (I − PA) dAᵀ PᵀP，秩不变时成立。
const pinvP: Primitive<any> = definePrimitive({
  name: "pinv",
  shape: ([a]) => {
    const [m, n] = sides(a!);
    return { shape: [...a!.shape.slice(0, -2), n, m], dtype: a!.dtype };
  },
  jvp: ([a], [t], p) => {
    if (!t) return null;
    const [pt, tt] = [transposed(p), transposed(t)];
    const left = matmul(p, matmul(pt, outsideRows(tt, a!, p)));
    const right = matmul(outsideRange(p, a!, tt), matmul(pt, p));
    return sub(add(left, right), matmul(p, matmul(t, p)));
  },
  vjp: (_, ct, p, [a]) => {
    const [pt, gt] = [transposed(p), transposed(ct)];
    const left = matmul(outsideRange(a!, p, gt), matmul(p, pt));
    const right = matmul(pt, matmul(p, outsideRows(gt, p, a!)));
    return sub(add(left, right), matmul(pt, matmul(ct, pt)));
  },
  batch: ([a], [dim]) => ({ out: bind(pinvP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("pinv", decompositionKernels.pinv);

/** X(I − AB)。 */
const outsideRows = (x: Tensor, a: Tensor, b: Tensor): Tensor => sub(x, matmul(matmul(x, a), b));
/** (I − AB)X。 */
const outsideRange = (a: Tensor, b: Tensor, x: Tensor): Tensor => sub(x, matmul(a, matmul(b, x)));

/**
 * Moore–Penrose 伪逆 [..., m, n] → [..., n, m]；小于 ε·max(m, n)·s₁ 的奇异值当作 0。秩不变处可导，奇异值相等也没有关系。
 * 不是矩阵抛 TIDU-LINALG-005。
 *
 * @example
 * pinv([[1, 0], [0, 2], [0, 0]]).toArray() // => [[1, 0, 0], [0, 0.5, 0]]
 */
export function pinv(a: TensorLike): Tensor {
  const x = asFloat(asTensor(a));
  requireMatrix("pinv", x.shape);
  return bind(pinvP, [x], {});
}
