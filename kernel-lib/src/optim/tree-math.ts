import { asTensor } from "../core/convert.js";
import { isFloat } from "../dtype.js";
import { zerosLike } from "../functions/creation.js";
import { stack } from "../functions/rearrange.js";
import { norm } from "../functions/statistics.js";
import { add, div, mul } from "../primitives/arithmetic.js";
import { astype, greater, where } from "../primitives/select.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { type Tensors, treeLeaves, treeMap } from "../tree.js";

/** 与参数同样的树，全是零。 */
export function zerosTree<P>(params: P): Tensors<P> {
  return treeMap((p: Tensor) => zerosLike(p), params) as Tensors<P>;
}

/**
 * 把更新量加到参数上，得到新的参数树；旧的不变，元素类型也不变。两棵树结构不同抛 TIDU-TREE-002。
 *
 * @example
 * applyUpdates({ w: [1, 2] }, { w: [0.5, -1] }).w.toArray() // => [1.5, 1]
 */
export function applyUpdates<P>(params: P, updates: unknown): Tensors<P> {
  return treeMap(
    (p: Tensor, u: Tensor) => {
      const old = asTensor(p);
      return astype(add(old, u), isFloat(old.dtype) ? old.dtype : "float64");
    },
    params,
    updates,
  ) as Tensors<P>;
}

/**
 * 整棵树看成一个向量的欧氏范数。全零处梯度约定为 0。
 *
 * @example
 * globalNorm({ w: [3, 0], b: 4 }).item() // => 5
 */
export function globalNorm(tree: unknown): Tensor {
  const norms = treeLeaves(tree).map((x: TensorLike) => norm(x));
  return norms.length === 1 ? norms[0]! : norm(stack(norms));
}

/**
 * 按整体范数截断：范数超过 limit 时整棵树乘 limit/范数，方向不变；恰好等于时不动。
 *
 * @example
 * clipByGlobalNorm({ w: [3, 0], b: 4 }, 1).b.item() // => 0.8
 */
export function clipByGlobalNorm<P>(tree: P, limit: TensorLike): Tensors<P> {
  const length = globalNorm(tree);
  const over = greater(length, limit);
  const scale = where(over, div(limit, where(over, length, 1)), 1);
  return treeMap((x: Tensor) => mul(x, scale), tree) as Tensors<P>;
}
