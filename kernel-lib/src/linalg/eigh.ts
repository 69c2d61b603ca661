// 对称矩阵的特征分解 A = V diag(w) Vᵀ。
//
// 两边求导并左乘 Vᵀ、右乘 V，记 P = Vᵀ dA V：
//   dw = diag(P)，  dV = V(F∘P)，  Fᵢⱼ = 1/(wⱼ − wᵢ)（i ≠ j），Fᵢᵢ = 0
// 转置得反向：Ā = V(diag(w̄) + F∘(VᵀV̄))Vᵀ（Giles，2008，《Collected matrix derivative results》）。
// 特征值相等时特征向量不确定，F 没有定义，约定取 0。

import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { decompositionKernels } from "../devices/cpu/kernels/decompositions.js";
import { eye } from "../functions/creation.js";
import { diagonal } from "../functions/linear.js";
import { expandDims, squeeze } from "../functions/rearrange.js";
import { add, mul } from "../primitives/arithmetic.js";
import { concat } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { block, gaps, scaleRows } from "./packed.js";
import { asFloat, requireSquare, transposed } from "./solve.js";

// 输出 [..., n, 1 + n]：第 0 列是特征值，其余是特征向量。
const eighP: Primitive<any> = definePrimitive({
  name: "eigh",
  shape: ([a]) => {
    const n = a!.shape.at(-1)!;
    return { shape: [...a!.shape.slice(0, -1), n + 1], dtype: a!.dtype };
  },
  jvp: (_, [t], out) => {
    if (!t) return null;
    const [w, v] = unpack(out);
    const p = matmul(transposed(v), matmul(t, v));
    const dw = diagonal(p, p.rank - 2, p.rank - 1);
    return concat([expandDims(dw, -1), matmul(v, mul(gaps(w, -1), p))], -1);
  },
  vjp: (_, ct, out) => {
    const [w, v] = unpack(out);
    const [dw, dv] = unpack(ct);
    const onDiagonal = scaleRows(dw, eye(w.shape.at(-1)!, undefined, w.dtype));
    const inside = add(onDiagonal, mul(gaps(w, -1), matmul(transposed(v), dv)));
    return matmul(v, matmul(inside, transposed(v)));
  },
  batch: ([a], [dim]) => ({ out: bind(eighP, [moveAxis(a!, dim!, 0)], {}), dim: 0 }),
});
defineCpuKernel("eigh", decompositionKernels.eigh);

function unpack(x: Tensor): [Tensor, Tensor] {
  const n = x.shape.at(-2)!;
  return [squeeze(block(x, 0, 0, n, 1), -1), block(x, 0, 1, n, n)];
}

/**
 * 对称矩阵的特征分解：[特征值 w（从小到大，[..., n]），特征向量 V（列，[..., n, n]）]，A = V diag(w) Vᵀ。
 * 先把 A 对称化为 (A + Aᵀ)/2；每个特征向量绝对值最大的分量取正。不是方阵抛 TIDU-LINALG-001。
 *
 * 特征值两两不等时任意阶可导。有相等的特征值时（相差不到最大者的 1e-14），特征向量不确定：
 * 一阶导数只在结果对这些特征值对称、又不经过特征向量时（如 Σw）正确，其余按约定略去。
 *
 * @example
 * eigh([[2, 1], [1, 2]])[0].toArray() // => [1, 3]
 * @example
 * grad((a: Tensor) => max(eigh(a)[0]))([[2, 1], [1, 2]]).toArray() // => [[0.5, 0.5], [0.5, 0.5]]
 */
export function eigh(a: TensorLike): [Tensor, Tensor] {
  const m = asFloat(asTensor(a));
  requireSquare("eigh", m.shape);
  return unpack(bind(eighP, [mul(0.5, add(m, transposed(m)))], {}));
}
