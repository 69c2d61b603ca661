import { alignBatch } from "../core/batching.js";
import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { castLike, sumTo } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { defineCpuKernel } from "../devices/cpu/device.js";
import { linalgKernels } from "../devices/cpu/kernels/linalg.js";
import { isFloat, promote } from "../dtype.js";
import { TiduError } from "../errors.js";
import { eye } from "../functions/creation.js";
import { swapaxes } from "../functions/rearrange.js";
import { add, mul, neg } from "../primitives/arithmetic.js";
import { reshape } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { astype } from "../primitives/select.js";
import { broadcastShapes, type Shape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/** 末两轴转置。 */
export const transposed = (x: Tensor): Tensor => swapaxes(x, -1, -2);

export function requireSquare(op: string, shape: Shape): void {
  if (shape.length < 2 || shape.at(-1) !== shape.at(-2)) {
    throw new TiduError("TIDU-LINALG-001", `${op}：要方阵（末两轴相等），形状是 ${showShape(shape)}。`);
  }
}

/** 线性代数只在浮点上做；整数先转成 float64。 */
export const asFloat = (x: Tensor): Tensor => (isFloat(x.dtype) ? x : astype(x, "float64"));

const solveP: Primitive<any> = definePrimitive({
  name: "solve",
  shape: ([a, b]) => ({
    shape: [...broadcastShapes("solve", a!.shape.slice(0, -2), b!.shape.slice(0, -2)), ...b!.shape.slice(-2)],
    dtype: promote(a!.dtype, b!.dtype),
  }),
  // A X = B 两边求导：dX = A⁻¹(dB − dA·X)。
  jvp: ([a], [ta, tb], x) => {
    const moved = ta && neg(matmul(ta, x));
    const rhs = moved && tb ? add(tb, moved) : (tb ?? moved);
    return rhs ? solve2(a!, rhs) : null;
  },
  // B̄ = A⁻ᵀ X̄，Ā = −B̄ Xᵀ：反向也只解一次方程，不求逆。
  vjp: (i, ct, x, [a, b]) => {
    const g = solve2(transposed(a!), ct);
    if (i === 1) return castLike(sumTo(g, b!.shape), b!);
    return castLike(sumTo(neg(matmul(g, transposed(x))), a!.shape), a!);
  },
  batch: (args, dims) => {
    const [a, b] = alignBatch(args, dims);
    return { out: solve2(a!, b!), dim: 0 };
  },
});
defineCpuKernel("solve", linalgKernels.solve);

function solve2(a: Tensor, b: Tensor): Tensor {
  return bind(solveP, [a, b], {});
}

/**
 * 解线性方程组 A x = b。A 是 [..., n, n]，b 是向量 [n] 或矩阵 [..., n, m]，前面的轴广播。
 * 列主元 LU 分解；梯度 b̄ = A⁻ᵀ x̄、Ā = −b̄ xᵀ，反向只多解一次转置方程。
 * 不是方阵抛 TIDU-LINALG-001，长度不符抛 TIDU-LINALG-002，A 奇异抛 TIDU-LINALG-003
 * （webgpu 上核里不能抛，得 NaN）。
 *
 * @example
 * solve([[2, 0], [0, 4]], [2, 8]).toArray() // => [1, 2]
 */
export function solve(a: TensorLike, b: TensorLike): Tensor {
  const [m, rhs] = asTensors(a, b).map(asFloat) as [Tensor, Tensor];
  requireSquare("solve", m.shape);
  const column = rhs.rank === 1 ? reshape(rhs, [rhs.size, 1]) : rhs;
  if (column.shape.at(-2) !== m.shape.at(-1)) {
    throw new TiduError(
      "TIDU-LINALG-002",
      `solve：方阵 ${showShape(m.shape)} 与右端 ${showShape(rhs.shape)} 对不上；右端应有 ${m.shape.at(-1)} 行。`,
    );
  }
  const x = solve2(m, column);
  return rhs.rank === 1 ? reshape(x, x.shape.slice(0, -1)) : x;
}

/**
 * 方阵的逆 [..., n, n]。只为了乘一个向量时请用 solve：更快也更准。奇异时抛 TIDU-LINALG-003。
 *
 * @example
 * inv([[2, 0], [0, 4]]).toArray() // => [[0.5, 0], [0, 0.25]]
 */
export function inv(a: TensorLike): Tensor {
  const m = asFloat(asTensor(a));
  requireSquare("inv", m.shape);
  return solve2(m, eye(m.shape.at(-1)!, undefined, m.dtype));
}

/** 每个方阵乘上各自的标量。 */
export function scaleMatrix(s: Tensor, m: Tensor): Tensor {
  return mul(reshape(s, [...s.shape, 1, 1]), m);
}
