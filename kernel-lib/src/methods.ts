import type { Tensor, TensorLike } from "./tensor.js";

/** 张量方法：与同名函数一一对应，x.add(y) 就是 add(x, y)。 */
export interface TensorMethods {
  add(y: TensorLike): Tensor;
  mul(y: TensorLike): Tensor;
}
