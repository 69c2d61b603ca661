import { asTensor } from "../core/convert.js";
import { div } from "../primitives/arithmetic.js";
import { maximum } from "../primitives/extremes.js";
import { asIndices, scatterAdd } from "../primitives/indexing.js";
import { reshape } from "../primitives/layout.js";
import { max } from "../primitives/reductions.js";
import { astype, equal, where } from "../primitives/select.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { arange, ones } from "./creation.js";

// 图上的聚合：x 的第 0 轴是一条条边（或一个个元素），ids 说明各自属于哪一段，segments 是段数。

/**
 * 按段求和：结果第 s 片是所有 ids[k] = s 的 x[k] 之和，没有元素的段是 0。ids 可以是乱序的 int32。
 *
 * @example
 * segmentSum([1, 10, 100], [0, 1, 0], 3).toArray() // => [101, 10, 0]
 */
export function segmentSum(x: TensorLike, ids: TensorLike, segments: number): Tensor {
  return scatterAdd(ids, x, segments);
}

/**
 * 按段求平均；没有元素的段是 0。
 *
 * @example
 * segmentMean([1, 10, 100], [0, 1, 0], 2).toArray() // => [50.5, 10]
 */
export function segmentMean(x: TensorLike, ids: TensorLike, segments: number): Tensor {
  const t = asTensor(x);
  const index = asIndices("segmentMean", ids);
  const counts = maximum(scatterAdd(index, ones(index.shape), segments), 1);
  return div(segmentSum(t, index, segments), astype(lift(counts, t), t.dtype));
}

/**
 * 按段取最大值；没有元素的段是 −∞。并列时均分梯度。要建 [段数, 个数, …] 的表，适合段数不多的时候。
 *
 * @example
 * segmentMax([1, 10, 100], [0, 1, 0], 2).toArray() // => [100, 10]
 */
export function segmentMax(x: TensorLike, ids: TensorLike, segments: number): Tensor {
  const t = asTensor(x);
  const index = asIndices("segmentMax", ids);
  const member = equal(reshape(astype(arange(segments), "int32"), [segments, 1]), index);
  return max(where(reshape(member, [...member.shape, ...t.shape.slice(1).map(() => 1)]), t, -Infinity), 1);
}

/** 每段一个数，后面补上长度为 1 的轴，好与 x 的一片广播。 */
function lift(counts: Tensor, x: Tensor): Tensor {
  return reshape(counts, [counts.size, ...x.shape.slice(1).map(() => 1)]);
}
