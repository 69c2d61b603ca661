import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { mul } from "../primitives/arithmetic.js";
import { reshape, slice, transpose } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { sum } from "../primitives/reductions.js";
import { where } from "../primitives/select.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/**
 * 内积。两个向量得标量；否则与 matmul 相同（数乘也可以）。向量长度不同时抛 TIDU-SHAPE-011。
 *
 * @example
 * dot([1, 2, 3], [4, 5, 6]).item() // => 32
 */
export function dot(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  return x.rank === 0 || y.rank === 0 ? mul(x, y) : matmul(x, y);
}

/**
 * 逐行内积：沿 axis 轴（缺省末轴）求 Σ aᵢbᵢ。两边形状要相同，否则抛 TIDU-SHAPE-016。
 *
 * @example
 * vecdot([[1, 2], [3, 4]], [[1, 1], [2, 2]]).toArray() // => [3, 14]
 */
export function vecdot(a: TensorLike, b: TensorLike, axis = -1): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  if (!sameShape(x.shape, y.shape)) {
    throw new TiduError(
      "TIDU-SHAPE-016",
      `vecdot：形状 ${showShape(x.shape)} 与 ${showShape(y.shape)} 应相同。`,
    );
  }
  return sum(mul(x, y), axis);
}

/**
 * 外积：两个向量 [m]、[n] 得 [m, n]，其中 (i, j) 是 aᵢbⱼ；多维输入先展平。
 *
 * @example
 * outer([1, 2], [3, 4]).toArray() // => [[3, 4], [6, 8]]
 */
export function outer(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  return mul(reshape(x, [x.size, 1]), reshape(y, [1, y.size]));
}

/**
 * 末两轴的对角线：[..., n, n] 得 [..., n]；给向量则得以它为对角线的方阵。
 *
 * @example
 * diag([[1, 2], [3, 4]]).toArray() // => [1, 4]
 * @example
 * diag([1, 2]).toArray() // => [[1, 0], [0, 2]]
 */
export function diag(x: TensorLike): Tensor {
  const t = asTensor(x);
  if (t.rank === 1) {
    const n = t.size;
    const eye = asTensor(
      Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0)),
      t.dtype,
    );
    return mul(reshape(eye, [n, n]), reshape(t, [n, 1]));
  }
  return diagonal(t, t.rank - 2, t.rank - 1);
}

/** 两个等长的轴合成一个（取对角），新轴放在末尾。 */
export function diagonal(x: Tensor, a: number, b: number): Tensor {
  const n = x.shape[a]!;
  if (n !== x.shape[b]) {
    throw new TiduError(
      "TIDU-SHAPE-017",
      `取对角线要求两个轴等长，形状 ${showShape(x.shape)} 的第 ${a}、${b} 轴是 ${n} 与 ${x.shape[b]}。`,
    );
  }
  const rest = [...x.shape.keys()].filter((i) => i !== a && i !== b);
  const lead = rest.map((i) => x.shape[i]!);
  const flat = reshape(transpose(x, [...rest, a, b]), [...lead, n * n]);
  return slice(flat, [], [...lead, n], [...lead.map(() => 1), n + 1]);
}

/**
 * 方阵的迹：末两轴对角线之和。
 *
 * @example
 * matrixTrace([[1, 2], [3, 4]]).item() // => 5
 */
export function matrixTrace(x: TensorLike): Tensor {
  const t = asTensor(x);
  return sum(diagonal(t, t.rank - 2, t.rank - 1), -1);
}

function triangle(x: TensorLike, keep: (i: number, j: number) => boolean): Tensor {
  const t = asTensor(x);
  if (t.rank < 2) {
    throw new TiduError("TIDU-SHAPE-018", `tril/triu：至少要两个轴，形状是 ${showShape(t.shape)}。`);
  }
  const [m, n] = t.shape.slice(-2) as [number, number];
  const mask = new Uint8Array(m * n);
  for (let i = 0; i < m; i++) for (let j = 0; j < n; j++) mask[i * n + j] = keep(i, j) ? 1 : 0;
  return where(reshape(asTensor(mask), [m, n]), t, 0);
}

/**
 * 下三角：末两轴里只留 j ≤ i + k 的元素，其余为 0。
 *
 * @example
 * tril([[1, 2], [3, 4]]).toArray() // => [[1, 0], [3, 4]]
 */
export function tril(x: TensorLike, k = 0): Tensor {
  return triangle(x, (i, j) => j <= i + k);
}

/**
 * 上三角：末两轴里只留 j ≥ i + k 的元素，其余为 0。
 *
 * @example
 * triu([[1, 2], [3, 4]]).toArray() // => [[1, 2], [0, 4]]
 */
export function triu(x: TensorLike, k = 0): Tensor {
  return triangle(x, (i, j) => j >= i + k);
}

/**
 * Kronecker 积：两个矩阵 [m, n]、[p, q] 得 [mp, nq]，第 (i, j) 块是 aᵢⱼ·B。不是矩阵抛 TIDU-SHAPE-018。
 *
 * @example
 * kron([[1, 2]], [[1], [10]]).toArray() // => [[1, 2], [10, 20]]
 */
export function kron(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  if (x.rank !== 2 || y.rank !== 2) {
    throw new TiduError(
      "TIDU-SHAPE-018",
      `kron：要两个矩阵，形状是 ${showShape(x.shape)} 与 ${showShape(y.shape)}。`,
    );
  }
  const [[m, n], [p, q]] = [x.shape, y.shape] as [[number, number], [number, number]];
  return reshape(mul(reshape(x, [m, 1, n, 1]), reshape(y, [1, p, 1, q])), [m * p, n * q]);
}
