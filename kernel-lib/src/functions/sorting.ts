import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { neg } from "../primitives/arithmetic.js";
import { slice } from "../primitives/layout.js";
import { argsort } from "../primitives/sorting.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { takeAlongAxis } from "./pick.js";

/**
 * 沿 axis 轴（缺省末轴）从小到大排序。梯度送回各元素原来的位置。
 *
 * @example
 * sort([30, 10, 20]).toArray() // => [10, 20, 30]
 */
export function sort(x: TensorLike, axis = -1): Tensor {
  const t = asTensor(x);
  return takeAlongAxis(t, argsort(t, axis), axis);
}

/**
 * 沿 axis 轴（缺省末轴）最大的 k 个，从大到小：[值, 下标]。并列时取前面的。k 超过轴长时抛 TIDU-ARG-010。
 *
 * @example
 * topk([30, 10, 20], 2).map((t) => t.toArray()) // => [[30, 20], [0, 2]]
 */
export function topk(x: TensorLike, k: number, axis = -1): [Tensor, Tensor] {
  const t = asTensor(x);
  const a = normalizeAxis("topk", axis, t.rank);
  if (!Number.isInteger(k) || k < 0 || k > t.shape[a]!) {
    throw new TiduError("TIDU-ARG-010", `topk：k 要在 0 到轴长 ${t.shape[a]} 之间，得到的是 ${k}。`);
  }
  const order = argsort(neg(t), a);
  const best = slice(
    order,
    [],
    t.shape.map((n, i) => (i === a ? k : n)),
  );
  return [takeAlongAxis(t, best, a), best];
}
