import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { add, div, mul, neg, square, sub } from "./arithmetic.js";
import { equal, notEqual, where } from "./select.js";

const expP = defineElementwise({
  name: "exp",
  js: ([a]) => `Math.exp(${a})`,
  wgsl: ([a]) => `exp(${a})`,
  d: [(g, out) => mul(g, out)],
});

/**
 * 逐元素 eˣ。导数是它自己。
 *
 * @example
 * exp([0, 1]).toArray() // => [1, 2.718281828459045]
 */
export function exp(x: TensorLike): Tensor {
  return bind(expP, [asTensor(x)], {});
}

const expm1P = defineElementwise({
  name: "expm1",
  js: ([a]) => `Math.expm1(${a})`,
  wgsl: ([a]) => `expm1_(${a})`,
  d: [(g, _, [x]) => mul(g, exp(x!))],
});

/**
 * 逐元素 eˣ − 1；|x| 很小时不丢精度。导数 eˣ。
 *
 * @example
 * expm1(1e-10).item() // => 1.00000000005e-10
 */
export function expm1(x: TensorLike): Tensor {
  return bind(expm1P, [asTensor(x)], {});
}

const logP = defineElementwise({
  name: "log",
  js: ([a]) => `Math.log(${a})`,
  wgsl: ([a]) => `log(${a})`,
  d: [(g, _, [x]) => div(g, x!)],
});

/**
 * 逐元素自然对数 ln x；x = 0 得 −∞，x < 0 得 NaN。导数 1/x。
 *
 * @example
 * log([1, Math.E]).toArray() // => [0, 1]
 */
export function log(x: TensorLike): Tensor {
  return bind(logP, [asTensor(x)], {});
}

const log1pP = defineElementwise({
  name: "log1p",
  js: ([a]) => `Math.log1p(${a})`,
  wgsl: ([a]) => `log1p_(${a})`,
  d: [(g, _, [x]) => div(g, add(1, x!))],
});

/**
 * 逐元素 ln(1 + x)；|x| 很小时不丢精度。导数 1/(1+x)。
 *
 * @example
 * log1p([0, 1e-10]).toArray() // => [0, 9.9999999995e-11]
 */
export function log1p(x: TensorLike): Tensor {
  return bind(log1pP, [asTensor(x)], {});
}

const sqrtP = defineElementwise({
  name: "sqrt",
  js: ([a]) => `Math.sqrt(${a})`,
  wgsl: ([a]) => `sqrt(${a})`,
  d: [(g, out) => div(g, mul(2, out))],
});

/**
 * 逐元素平方根；x < 0 得 NaN。导数 1/(2√x)，在 x = 0 处是 +∞。
 *
 * @example
 * sqrt([4, 9]).toArray() // => [2, 3]
 */
export function sqrt(x: TensorLike): Tensor {
  return bind(sqrtP, [asTensor(x)], {});
}

// 指数为 0 时 b·a^(b−1) 会在 a = 0 处变成 0·∞，log(0) 会使 0·(−∞)：两处都先换成安全的值。
const powP = defineElementwise({
  name: "pow",
  js: ([a, b]) => `(${a} ** ${b})`,
  wgsl: ([a, b]) => `pow_(${a}, ${b})`,
  d: [
    (g, _, [a, b]) => {
      const constant = equal(b!, 0);
      return mul(g, where(constant, 0, mul(b!, pow(a!, where(constant, 1, sub(b!, 1))))));
    },
    (g, out, [a]) => mul(g, mul(out, log(where(equal(a!, 0), 1, a!)))),
  ],
});

/**
 * 逐元素乘方 aᵇ，结果是浮点。导数：∂/∂a = b·aᵇ⁻¹，∂/∂b = aᵇ ln a（a = 0 处取 0）。
 * 负底数只能配整数指数，否则得 NaN。
 *
 * @example
 * pow([2, 3], 3).toArray() // => [8, 27]
 */
export function pow(a: TensorLike, b: TensorLike): Tensor {
  if (b === 2) return square(a);
  return bind(powP, asTensors(a, b), {});
}

const sigmoidP = defineElementwise({
  name: "sigmoid",
  js: ([a]) => `(1 / (1 + Math.exp(-${a})))`,
  wgsl: ([a]) => `sigmoid_(${a})`,
  // 1 − σ(x) 写成 σ(−x)：x 很大时不会相减成 0。
  d: [(g, out, [x]) => mul(g, mul(out, sigmoid(neg(x!))))],
});

/**
 * S 形函数 σ(x) = 1/(1+e⁻ˣ)。导数 σ(x)(1−σ(x))。
 *
 * @example
 * sigmoid([0, 1000, -1000]).toArray() // => [0.5, 1, 0]
 */
export function sigmoid(x: TensorLike): Tensor {
  return bind(sigmoidP, [asTensor(x)], {});
}

const softplusP = defineElementwise({
  name: "softplus",
  js: ([a]) => `(Math.max(${a}, 0) + Math.log1p(Math.exp(-Math.abs(${a}))))`,
  wgsl: ([a]) => `softplus_(${a})`,
  d: [(g, _, [x]) => mul(g, sigmoid(x!))],
});

/**
 * 平滑的 relu：ln(1+eˣ)，大 |x| 处不溢出。导数 σ(x)。
 *
 * @example
 * softplus([0, 1000]).toArray() // => [0.6931471805599453, 1000]
 */
export function softplus(x: TensorLike): Tensor {
  return bind(softplusP, [asTensor(x)], {});
}

// ∞ − ∞ 是 NaN：两个 −∞ 相加时各得一半。
function difference(a: Tensor, b: Tensor): Tensor {
  const d = sub(a, b);
  return where(notEqual(d, d), 0, d);
}

const logaddexpP = defineElementwise({
  name: "logaddexp",
  js: ([a, b]) =>
    `((a, b) => (a === b ? a + Math.LN2 : Math.max(a, b) + Math.log1p(Math.exp(-Math.abs(a - b)))))(${a}, ${b})`,
  wgsl: ([a, b]) =>
    `select(max(${a}, ${b}) + log(1.0 + exp(-abs(${a} - ${b}))), ${a} + 0.6931472, ${a} == ${b})`,
  d: [
    (g, _, [a, b]) => mul(g, sigmoid(difference(a!, b!))),
    (g, _, [a, b]) => mul(g, sigmoid(difference(b!, a!))),
  ],
});

/**
 * ln(eᵃ + eᵇ)，不溢出；−∞ 是“空”的对数概率。导数：∂/∂a = σ(a−b)，∂/∂b = σ(b−a)。
 *
 * @example
 * logaddexp(1000, 1000).item() // => 1000.6931471805599
 */
export function logaddexp(a: TensorLike, b: TensorLike): Tensor {
  return bind(logaddexpP, asTensors(a, b), {});
}
