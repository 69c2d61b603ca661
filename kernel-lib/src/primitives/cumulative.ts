import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { normalizeAxis } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { flip } from "./layout.js";

const cumsumP: Primitive<any> = definePrimitive({
  name: "cumsum",
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype === "bool" ? "int32" : x!.dtype }),
  jvp: (_, [t], __, { axis }) => t && cumsum(t, axis),
  // 第 i 个输入进入第 i 个及以后的全部输出，所以转置是从后往前累加。
  vjp: (_, ct, __, ___, { axis }) => flip(cumsum(flip(ct, axis), axis), axis),
  batch: ([x], [dim], { axis }) => ({ out: cumsum(moveAxis(x!, dim!, 0), axis + 1), dim: 0 }),
});

/**
 * 沿 axis 轴（缺省为末轴）的累加和，形状不变。
 *
 * @example
 * cumsum([1, 2, 3]).toArray() // => [1, 3, 6]
 */
export function cumsum(x: TensorLike, axis = -1): Tensor {
  const t = asTensor(x);
  return bind(cumsumP, [t], { axis: normalizeAxis("cumsum", axis, t.rank) });
}
