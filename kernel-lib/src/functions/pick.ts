import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { add, mul } from "../primitives/arithmetic.js";
import { asIndices, gather } from "../primitives/indexing.js";
import { reshape, transpose } from "../primitives/layout.js";
import { astype, equal, greaterEqual, less, logicalAnd, where } from "../primitives/select.js";
import { normalizeAxis, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { arange } from "./creation.js";

/**
 * 沿 axis 轴按下标取，等于 gather；axis 缺省为 0。
 *
 * @example
 * take([10, 20, 30], [2, 0]).toArray() // => [30, 10]
 */
export function take(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  return gather(x, indices, axis);
}

/**
 * 逐位置沿 axis 轴取：结果与 indices 同形状，(i, j) 处是 x[i, indices[i, j]]（axis 为末轴时）。
 * 除 axis 外，indices 的形状要与 x 相同，否则抛 TIDU-SHAPE-019。
 *
 * @example
 * takeAlongAxis([[10, 20], [30, 40]], [[1], [0]], 1).toArray() // => [[20], [30]]
 */
export function takeAlongAxis(x: TensorLike, indices: TensorLike, axis = -1): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("takeAlongAxis", axis, t.rank);
  const index = asIndices("takeAlongAxis", indices, t.shape[a]);
  if (index.rank !== t.rank || index.shape.some((n, i) => i !== a && n !== t.shape[i])) {
    throw new TiduError(
      "TIDU-SHAPE-019",
      `takeAlongAxis：下标的形状 ${showShape(index.shape)} 除第 ${a} 轴外应与 ${showShape(t.shape)} 相同。`,
    );
  }
  const others = [...t.shape.keys()].filter((i) => i !== a);
  const perm = [...others, a];
  const rows = sizeOf(others.map((i) => t.shape[i]!));
  const n = t.shape[a]!;
  const k = index.shape[a]!;
  const base = reshape(mul(astype(arange(rows), "int32"), n), [rows, 1]);
  const flat = reshape(transpose(t, perm), [rows * n]);
  const local = reshape(transpose(index, perm), [rows, k]);
  // 越界的记成 −1，仍由核报错，不会取到邻近的行。
  const inside = logicalAnd(greaterEqual(local, 0), less(local, n));
  const picked = gather(flat, where(inside, add(local, base), -1));
  const inverse = [...others.keys()].map((i) => i);
  inverse.splice(a, 0, others.length);
  return transpose(reshape(picked, [...others.map((i) => t.shape[i]!), k]), inverse);
}

/**
 * 独热编码：末尾加一个长 classes 的轴，第 indices 处为 1，其余为 0。没有梯度。
 *
 * @example
 * oneHot([1, 0], 3).toArray() // => [[0, 1, 0], [1, 0, 0]]
 */
export function oneHot(indices: TensorLike, classes: number): Tensor {
  const index = asIndices("oneHot", indices);
  return astype(equal(reshape(index, [...index.shape, 1]), astype(arange(classes), "int32")), "float64");
}
