import { isFloat } from "../dtype.js";
import type { Shape } from "../shape.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { bind } from "./bind.js";
import { primitive } from "./primitive.js";

// 变换本身要用的几个算子。它们的原语在 primitives/ 里；这里按名字取，免得 core 与 primitives 循环引用。

export function add(a: Tensor, b: Tensor): Tensor {
  return bind(primitive("add"), [a, b], {});
}

export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : bind(primitive("broadcastTo"), [x], { shape });
}

export function reshape(x: Tensor, shape: Shape): Tensor {
  return sameShape(x.shape, shape) ? x : bind(primitive("reshape"), [x], { shape });
}

/** 梯度与它对应的值同元素类型；整数与布尔没有梯度，不转。 */
export function castLike(x: Tensor, like: Tensor): Tensor {
  if (x.dtype === like.dtype || !isFloat(like.dtype)) return x;
  return bind(primitive("cast"), [x], { dtype: like.dtype });
}

/** 把 axis 轴移到 to 处，其余轴次序不变。 */
export function moveAxis(x: Tensor, axis: number, to: number): Tensor {
  if (axis === to) return x;
  const perm = x.shape.map((_, i) => i).filter((i) => i !== axis);
  perm.splice(to, 0, axis);
  return bind(primitive("transpose"), [x], { perm });
}

/** 广播的转置：把被广播出来的轴加回去，得到给定的形状。 */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const lead = x.shape.length - shape.length;
  const axes: number[] = [];
  for (let i = 0; i < x.shape.length; i++) {
    if (i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1)) axes.push(i);
  }
  if (lead < 0) throw new Error(`sumTo：${showShape(x.shape)} → ${showShape(shape)}`);
  return reshape(bind(primitive("sum"), [x], { axes }), shape);
}
