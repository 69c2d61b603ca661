import { bind } from "../core/bind.js";
import { asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Tensor, TensorLike } from "../tensor.js";

const addP = defineElementwise({
  name: "add",
  js: (a, b) => `(${a} + ${b})`,
  wgsl: (a, b) => `(${a} + ${b})`,
  d: [(g) => g, (g) => g],
  result: "same",
});

/**
 * 逐元素相加，按 NumPy 规则广播。导数：∂(a+b)/∂a = 1。
 *
 * @example
 * add([1, 2], 3).toArray() // => [4, 5]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return bind(addP, asTensors(a, b), {});
}

const mulP = defineElementwise({
  name: "mul",
  js: (a, b) => `(${a} * ${b})`,
  wgsl: (a, b) => `(${a} * ${b})`,
  d: [(g, _, [, b]) => mul(g, b!), (g, _, [a]) => mul(g, a!)],
  result: "same",
});

/**
 * 逐元素相乘，按 NumPy 规则广播。导数：∂(ab)/∂a = b。
 *
 * @example
 * mul([1, 2], [3, 4]).toArray() // => [3, 8]
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return bind(mulP, asTensors(a, b), {});
}
