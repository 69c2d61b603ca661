import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Tensor, TensorLike } from "../tensor.js";

const addP = defineElementwise({
  name: "add",
  js: ([a, b]) => `(${a} + ${b})`,
  wgsl: ([a, b]) => `(${a} + ${b})`,
  d: [(g) => g, (g) => g],
  result: "number",
});

/**
 * 逐元素相加 a + b，按 NumPy 规则广播。导数：∂(a+b)/∂a = 1。
 * 形状不能广播时抛 TIDU-SHAPE-001。
 *
 * @example
 * add([1, 2], 3).toArray() // => [4, 5]
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  return bind(addP, asTensors(a, b), {});
}

const subP = defineElementwise({
  name: "sub",
  js: ([a, b]) => `(${a} - ${b})`,
  wgsl: ([a, b]) => `(${a} - ${b})`,
  d: [(g) => g, (g) => neg(g)],
  result: "number",
});

/**
 * 逐元素相减 a − b，按 NumPy 规则广播。导数：∂/∂a = 1，∂/∂b = −1。
 *
 * @example
 * sub([5, 7], [1, 2]).toArray() // => [4, 5]
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  return bind(subP, asTensors(a, b), {});
}

const mulP = defineElementwise({
  name: "mul",
  js: ([a, b]) => `(${a} * ${b})`,
  wgsl: ([a, b]) => `(${a} * ${b})`,
  d: [(g, _, [, b]) => mul(g, b!), (g, _, [a]) => mul(g, a!)],
  result: "number",
});

/**
 * 逐元素相乘 a·b，按 NumPy 规则广播。导数：∂(ab)/∂a = b。
 *
 * @example
 * mul([1, 2], [3, 4]).toArray() // => [3, 8]
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  return bind(mulP, asTensors(a, b), {});
}

const divP = defineElementwise({
  name: "div",
  js: ([a, b]) => `(${a} / ${b})`,
  wgsl: ([a, b]) => `(${a} / ${b})`,
  d: [(g, _, [, b]) => div(g, b!), (g, out, [, b]) => neg(mul(g, div(out, b!)))],
});

/**
 * 逐元素相除 a / b，结果总是浮点。导数：∂/∂a = 1/b，∂/∂b = −a/b²。除以 0 得 ±∞ 或 NaN，不抛错。
 *
 * @example
 * div([1, 9], [2, 3]).toArray() // => [0.5, 3]
 */
export function div(a: TensorLike, b: TensorLike): Tensor {
  return bind(divP, asTensors(a, b), {});
}

const negP = defineElementwise({
  name: "neg",
  js: ([a]) => `(-${a})`,
  wgsl: ([a]) => `(-${a})`,
  d: [(g) => neg(g)],
  result: "number",
});

/**
 * 逐元素取相反数。
 *
 * @example
 * neg([1, -2]).toArray() // => [-1, 2]
 */
export function neg(x: TensorLike): Tensor {
  return bind(negP, [asTensor(x)], {});
}

const squareP = defineElementwise({
  name: "square",
  js: ([a]) => `(${a} * ${a})`,
  wgsl: ([a]) => `(${a} * ${a})`,
  d: [(g, _, [x]) => mul(g, mul(2, x!))],
  result: "number",
});

/**
 * 逐元素平方 x²。导数 2x。
 *
 * @example
 * square([1, -3]).toArray() // => [1, 9]
 */
export function square(x: TensorLike): Tensor {
  return bind(squareP, [asTensor(x)], {});
}

const signP = defineElementwise({
  name: "sign",
  js: ([a]) => `Math.sign(${a})`,
  wgsl: ([a]) => `sign(${a})`,
  d: [null],
  result: "number",
});

/**
 * 符号：正 1、负 −1、零 0。导数约定处处为 0。
 *
 * @example
 * sign([-2, 0, 5]).toArray() // => [-1, 0, 1]
 */
export function sign(x: TensorLike): Tensor {
  return bind(signP, [asTensor(x)], {});
}

const absP = defineElementwise({
  name: "abs",
  js: ([a]) => `Math.abs(${a})`,
  wgsl: ([a]) => `abs(${a})`,
  d: [(g, _, [x]) => mul(g, sign(x!))],
  result: "number",
});

/**
 * 逐元素绝对值 |x|。导数 sign(x)，拐点 x = 0 处约定为 0。
 *
 * @example
 * abs([-2, 3]).toArray() // => [2, 3]
 */
export function abs(x: TensorLike): Tensor {
  return bind(absP, [asTensor(x)], {});
}

const floorP = defineElementwise({
  name: "floor",
  js: ([a]) => `Math.floor(${a})`,
  wgsl: ([a]) => `floor(${a})`,
  d: [null],
  result: "number",
});

/**
 * 向下取整。导数约定处处为 0（要让梯度穿过取整，请用直通估计：x + stopGradient(floor(x) − x)）。
 *
 * @example
 * floor([1.7, -1.2]).toArray() // => [1, -2]
 */
export function floor(x: TensorLike): Tensor {
  return bind(floorP, [asTensor(x)], {});
}

const ceilP = defineElementwise({
  name: "ceil",
  js: ([a]) => `Math.ceil(${a})`,
  wgsl: ([a]) => `ceil(${a})`,
  d: [null],
  result: "number",
});

/**
 * 向上取整。导数约定处处为 0。
 *
 * @example
 * ceil([1.2, -1.7]).toArray() // => [2, -1]
 */
export function ceil(x: TensorLike): Tensor {
  return bind(ceilP, [asTensor(x)], {});
}

// 加上再减去 1.5·2^52，舍入由浮点加法自己完成，规则正好是“五取偶”。
const roundP = defineElementwise({
  name: "round",
  js: ([a]) => `(Math.abs(${a}) < 2251799813685248 ? (${a} + 6755399441055744) - 6755399441055744 : ${a})`,
  wgsl: ([a]) => `round(${a})`,
  d: [null],
  result: "number",
});

/**
 * 四舍六入五取偶（与 NumPy 相同）。导数约定处处为 0。
 *
 * @example
 * round([0.5, 1.5, -2.6]).toArray() // => [0, 2, -3]
 */
export function round(x: TensorLike): Tensor {
  return bind(roundP, [asTensor(x)], {});
}

const modP = defineElementwise({
  name: "mod",
  js: ([a, b]) => `((r, b) => (r !== 0 && r < 0 !== b < 0 ? r + b : r))(${a} % ${b}, ${b})`,
  wgsl: ([a, b]) => `(${a} - ${b} * floor(${a} / ${b}))`,
  d: [(g) => g, (g, _, [a, b]) => neg(mul(g, floor(div(a!, b!))))],
  result: "number",
});

/**
 * 取模，符号随除数（与 NumPy、Python 相同）。导数：∂/∂a = 1，∂/∂b = −⌊a/b⌋，跳变处不计。
 *
 * @example
 * mod([7, -1], 3).toArray() // => [1, 2]
 */
export function mod(a: TensorLike, b: TensorLike): Tensor {
  return bind(modP, asTensors(a, b), {});
}
