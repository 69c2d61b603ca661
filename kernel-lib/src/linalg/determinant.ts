import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { decompositionKernels } from "../devices/cpu/kernels/decompositions.js";
import { linalgKernels } from "../devices/cpu/kernels/linalg.js";
import { swapaxes } from "../functions/rearrange.js";
import { mul, sub } from "../primitives/arithmetic.js";
import { gather, scatterAdd } from "../primitives/indexing.js";
import { matmul } from "../primitives/matmul.js";
import { sum } from "../primitives/reductions.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { asFloat, inv, requireSquare, scaleMatrix, transposed } from "./solve.js";

// d ln|det A| = tr(A⁻¹ dA)，所以 ln|det A| 对 A 的梯度是 A⁻ᵀ。
const logdetP: Primitive<any> = definePrimitive({
  name: "logdet",
  shape: ([a]) => ({ shape: a!.shape.slice(0, -2), dtype: a!.dtype }),
  jvp: ([a], [t]) => t && inner(transposed(inv(a!)), t),
  vjp: (_, ct, __, [a]) => scaleMatrix(ct, transposed(inv(a!))),
  batch: ([a], [dim]) => ({ out: bind(logdetP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("logdet", linalgKernels.logdet);

const detP: Primitive<any> = definePrimitive({
  name: "det",
  shape: ([a]) => ({ shape: a!.shape.slice(0, -2), dtype: a!.dtype }),
  jvp: ([a], [t]) => t && inner(cofactor(a!), t),
  vjp: (_, ct, __, [a]) => scaleMatrix(ct, cofactor(a!)),
  batch: ([a], [dim]) => ({ out: bind(detP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("det", linalgKernels.det);

/** 矩阵的内积 Σᵢⱼ aᵢⱼbᵢⱼ。 */
const inner = (a: Tensor, b: Tensor): Tensor => sum(mul(a, b), [-2, -1]);

/** 到这个阶数为止，二阶导数由子式算出，奇异处也对（O(n⁵)）；再大就用 det(A)·A⁻ᵀ（O(n³)），要求 A 可逆。 */
const exact = 6;

// 代数余子式矩阵：det 对 A 的梯度。它自己的导数由 (n−1) 阶子式的行列式得到，所以奇异处任意阶都对。
const cofactorP: Primitive<any> = definePrimitive({
  name: "cofactor",
  shape: ([a]) => a!,
  jvp: ([a], [t], c) => {
    const n = a!.shape.at(-1)!;
    if (!t || n < 2) return null;
    if (n <= exact) return mul(signs(n), inner(cofactor(minors(a!)), minors(t)));
    const b = transposed(inv(a!));
    return sub(scaleMatrix(inner(c, t), b), matmul(c, matmul(transposed(t), b)));
  },
  vjp: (_, ct, c, [a]) => {
    const n = a!.shape.at(-1)!;
    if (n < 2) return null;
    if (n <= exact) return fromMinors(scaleMatrix(mul(signs(n), ct), cofactor(minors(a!))));
    const b = transposed(inv(a!));
    return sub(scaleMatrix(inner(ct, b), c), matmul(b, matmul(transposed(ct), c)));
  },
  batch: ([a], [dim]) => ({ out: bind(cofactorP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("cofactor", decompositionKernels.cofactor);

const cofactor = (a: Tensor): Tensor => bind(cofactorP, [a], {});

function signs(n: number): Tensor {
  return asTensor(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (-1) ** (i + j))));
}

/** 第 i 行是去掉 i 之后的下标。 */
function others(n: number): number[][] {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n - 1 }, (_, k) => (k < i ? k : k + 1)));
}

/** [..., n, n] → [..., n, n, n−1, n−1]：去掉第 i 行第 j 列。 */
function minors(a: Tensor): Tensor {
  const r = a.rank;
  const kept = others(a.shape.at(-1)!);
  return swapaxes(gather(gather(a, kept, r - 1), kept, r - 2), r - 1, r);
}

/** minors 的转置。 */
function fromMinors(m: Tensor): Tensor {
  const r = m.rank - 2;
  const n = m.shape[r - 1]!;
  const kept = others(n);
  return scatterAdd(kept, scatterAdd(kept, swapaxes(m, r - 1, r), n, r - 2), n, r - 1);
}

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
 * 行列式。梯度是代数余子式矩阵（A 可逆时等于 det(A)·A⁻ᵀ），奇异时也正确；
 * 6 阶以内的二阶导数在奇异处也正确，更大的要求 A 可逆（否则抛 TIDU-LINALG-003）。webgpu 上一阶就要求 A 可逆，否则得 NaN。
 *
 * @example
 * det([[1, 2], [3, 4]]).item() // => -2
 * @example
 * grad((a: Tensor) => det(a))([[1, 2], [2, 4]]).toArray() // => [[4, -2], [-2, 1]]
 */
export function det(a: TensorLike): Tensor {
  const m = asFloat(asTensor(a));
  requireSquare("det", m.shape);
  return bind(detP, [m], {});
}
