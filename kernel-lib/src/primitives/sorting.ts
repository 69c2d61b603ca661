import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

const argsortP: Primitive<any> = definePrimitive({
  name: "argsort",
  shape: ([x]) => ({ shape: x!.shape, dtype: "int32" }),
  jvp: () => null,
  vjp: () => null,
  batch: ([x], [dim], { axis }) => ({ out: argsort(moveAxis(x!, dim!, 0), axis + 1), dim: 0 }),
});

/**
 * 沿 axis 轴（缺省末轴）从小到大排列时各元素的下标（int32）；稳定，NaN 排在最后。没有梯度。
 *
 * @example
 * argsort([30, 10, 20]).toArray() // => [1, 2, 0]
 */
export function argsort(x: TensorLike, axis = -1): Tensor {
  const t = asTensor(x);
  return bind(argsortP, [t], { axis: normalizeAxis("argsort", axis, t.rank) });
}
