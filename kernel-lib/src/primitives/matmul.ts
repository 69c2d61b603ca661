import { alignBatch } from "../core/batching.js";
import { bind } from "../core/bind.js";
import { asTensors } from "../core/convert.js";
import { castLike, sumTo } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { isFloat, promote } from "../dtype.js";
import { TiduError } from "../errors.js";
import { broadcastShapes, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { add } from "./arithmetic.js";
import { reshape, transpose } from "./layout.js";

const matmulP: Primitive<any> = definePrimitive({
  name: "matmul",
  shape: ([a, b]) => {
    const [m, k] = a!.shape.slice(-2) as [number, number];
    const [k2, n] = b!.shape.slice(-2) as [number, number];
    if (k !== k2) throw innerMismatch(a!.shape, b!.shape);
    const dtype = promote(a!.dtype, b!.dtype);
    const lead = broadcastShapes("matmul", a!.shape.slice(0, -2), b!.shape.slice(0, -2));
    return { shape: [...lead, m, n], dtype: isFloat(dtype) ? dtype : "int32" };
  },
  jvp: ([a, b], [ta, tb]) => {
    const left = ta && matmul(ta, b!);
    const right = tb && matmul(a!, tb);
    return left && right ? add(left, right) : (left ?? right ?? null);
  },
  vjp: (i, ct, _, [a, b]) => {
    // b 只有一个矩阵、a 是一摞时，先把 a 与 ct 的前面各轴并成行，免得先算一摞再相加。
    if (i === 1 && b!.rank === 2 && a!.rank > 2) {
      // 行数明写：内侧长度是 0 时 −1 推不出来。
      const m = sizeOf(a!.shape.slice(0, -1));
      const rows = reshape(a!, [m, a!.shape.at(-1)!]);
      return castLike(matmul(transpose(rows), reshape(ct, [m, ct.shape.at(-1)!])), b!);
    }
    const g = i === 0 ? matmul(ct, swapLast(b!)) : matmul(swapLast(a!), ct);
    const x = i === 0 ? a! : b!;
    return castLike(sumTo(g, x.shape), x);
  },
  batch: (args, dims) => {
    const [a, b] = alignBatch(args, dims);
    return { out: matmul(a!, b!), dim: 0 };
  },
});

function innerMismatch(a: readonly number[], b: readonly number[]): TiduError {
  return new TiduError(
    "TIDU-SHAPE-011",
    `matmul：${showShape(a)} 与 ${showShape(b)} 不能相乘，左边的列数 ${a.at(-1)} 应等于右边的行数 ${b.at(-2) ?? b.at(-1)}。` +
      "请检查是否漏了转置。",
  );
}

function swapLast(x: Tensor): Tensor {
  const perm = x.shape.map((_, i) => i);
  const r = perm.length;
  [perm[r - 2], perm[r - 1]] = [r - 1, r - 2];
  return transpose(x, perm);
}

/**
 * 矩阵乘法 [..., m, k] × [..., k, n] → [..., m, n]，前面的轴广播；向量当作行（左）或列（右），结果里去掉那一轴。
 * 梯度：∂L/∂A = G Bᵀ，∂L/∂B = Aᵀ G。内侧长度不等抛 TIDU-SHAPE-011，标量抛 TIDU-SHAPE-012。
 *
 * @example
 * matmul([[1, 2], [3, 4]], [1, 1]).toArray() // => [3, 7]
 */
export function matmul(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  if (x.rank === 0 || y.rank === 0) {
    throw new TiduError("TIDU-SHAPE-012", "matmul：操作数不能是标量；数乘请用 mul。");
  }
  const left = x.rank === 1 ? reshape(x, [1, x.shape[0]!]) : x;
  const right = y.rank === 1 ? reshape(y, [y.shape[0]!, 1]) : y;
  if (left.shape.at(-1) !== right.shape.at(-2)) throw innerMismatch(x.shape, y.shape);
  // 右边只有一个矩阵时，左边的一摞可以并成一个高矩阵，一次乘完。
  const flat = left.rank > 2 && right.rank === 2 && left.size > 0;
  const stack = flat ? reshape(left, [sizeOf(left.shape.slice(0, -1)), left.shape.at(-1)!]) : left;
  const product = bind(matmulP, [stack, right], {});
  const out = flat ? reshape(product, [...left.shape.slice(0, -1), right.shape[1]!]) : product;
  if (x.rank === 1 && y.rank === 1) return reshape(out, []);
  if (x.rank === 1) return reshape(out, [...out.shape.slice(0, -2), out.shape.at(-1)!]);
  if (y.rank === 1) return reshape(out, out.shape.slice(0, -1));
  return out;
}
