import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { add, div, mul, neg, square, sub } from "./arithmetic.js";
import { sqrt } from "./exponential.js";
import { equal, where } from "./select.js";

const sinP = defineElementwise({
  name: "sin",
  js: ([a]) => `Math.sin(${a})`,
  wgsl: ([a]) => `sin(${a})`,
  d: [(g, _, [x]) => mul(g, cos(x!))],
});

/**
 * 正弦，自变量是弧度。导数 cos x。
 *
 * @example
 * sin([0, Math.PI / 2]).toArray() // => [0, 1]
 */
export function sin(x: TensorLike): Tensor {
  return bind(sinP, [asTensor(x)], {});
}

const cosP = defineElementwise({
  name: "cos",
  js: ([a]) => `Math.cos(${a})`,
  wgsl: ([a]) => `cos(${a})`,
  d: [(g, _, [x]) => neg(mul(g, sin(x!)))],
});

/**
 * 余弦，自变量是弧度。导数 −sin x。
 *
 * @example
 * cos([0, Math.PI]).toArray() // => [1, -1]
 */
export function cos(x: TensorLike): Tensor {
  return bind(cosP, [asTensor(x)], {});
}

const tanP = defineElementwise({
  name: "tan",
  js: ([a]) => `Math.tan(${a})`,
  wgsl: ([a]) => `tan(${a})`,
  d: [(g, out) => mul(g, add(1, square(out)))],
});

/**
 * 正切，自变量是弧度。导数 1 + tan²x。
 *
 * @example
 * tan(Math.PI / 4).item() // => 1
 */
export function tan(x: TensorLike): Tensor {
  return bind(tanP, [asTensor(x)], {});
}

/** √(1−x²) 写成 √((1−x)(1+x))：|x| 接近 1 时不相消。 */
function cosine(x: Tensor): Tensor {
  return sqrt(mul(sub(1, x), add(1, x)));
}

const asinP = defineElementwise({
  name: "asin",
  js: ([a]) => `Math.asin(${a})`,
  wgsl: ([a]) => `asin(${a})`,
  d: [(g, _, [x]) => div(g, cosine(x!))],
});

/**
 * 反正弦，结果在 [−π/2, π/2]；|x| > 1 得 NaN。导数 1/√(1−x²)。
 *
 * @example
 * asin(1).item() // => 1.5707963267948966
 */
export function asin(x: TensorLike): Tensor {
  return bind(asinP, [asTensor(x)], {});
}

const acosP = defineElementwise({
  name: "acos",
  js: ([a]) => `Math.acos(${a})`,
  wgsl: ([a]) => `acos(${a})`,
  d: [(g, _, [x]) => neg(div(g, cosine(x!)))],
});

/**
 * 反余弦，结果在 [0, π]；|x| > 1 得 NaN。导数 −1/√(1−x²)。
 *
 * @example
 * acos(0).item() // => 1.5707963267948966
 */
export function acos(x: TensorLike): Tensor {
  return bind(acosP, [asTensor(x)], {});
}

const atanP = defineElementwise({
  name: "atan",
  js: ([a]) => `Math.atan(${a})`,
  wgsl: ([a]) => `atan(${a})`,
  d: [(g, _, [x]) => div(g, add(1, square(x!)))],
});

/**
 * 反正切，结果在 (−π/2, π/2)。导数 1/(1+x²)。
 *
 * @example
 * atan(1).item() // => 0.7853981633974483
 */
export function atan(x: TensorLike): Tensor {
  return bind(atanP, [asTensor(x)], {});
}

// 分母 x² + y² 在原点是 0：先换成 1，导数就按约定是 0。
function radius(y: Tensor, x: Tensor): Tensor {
  const r = add(square(x), square(y));
  return where(equal(r, 0), 1, r);
}

const atan2P = defineElementwise({
  name: "atan2",
  js: ([a, b]) => `Math.atan2(${a}, ${b})`,
  // WGSL 在原点与正实轴上的结果不定。
  wgsl: ([a, b]) => `select(atan2(${a}, ${b}), 0.0, ${a} == 0.0 && ${b} >= 0.0)`,
  d: [
    (g, _, [y, x]) => mul(g, div(x!, radius(y!, x!))),
    (g, _, [y, x]) => neg(mul(g, div(y!, radius(y!, x!)))),
  ],
});

/**
 * 点 (x, y) 的辐角，在 (−π, π]；注意 y 在前。导数：∂/∂y = x/(x²+y²)，∂/∂x = −y/(x²+y²)；原点处约定为 0。
 *
 * @example
 * atan2([1, 0], [0, -1]).toArray() // => [1.5707963267948966, 3.141592653589793]
 */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  return bind(atan2P, asTensors(y, x), {});
}

const sinhP = defineElementwise({
  name: "sinh",
  js: ([a]) => `Math.sinh(${a})`,
  wgsl: ([a]) => `sinh(${a})`,
  d: [(g, _, [x]) => mul(g, cosh(x!))],
});

/**
 * 双曲正弦 (eˣ−e⁻ˣ)/2。导数 cosh x。
 *
 * @example
 * sinh([0, 1]).toArray() // => [0, 1.1752011936438014]
 */
export function sinh(x: TensorLike): Tensor {
  return bind(sinhP, [asTensor(x)], {});
}

const coshP = defineElementwise({
  name: "cosh",
  js: ([a]) => `Math.cosh(${a})`,
  wgsl: ([a]) => `cosh(${a})`,
  d: [(g, _, [x]) => mul(g, sinh(x!))],
});

/**
 * 双曲余弦 (eˣ+e⁻ˣ)/2。导数 sinh x。
 *
 * @example
 * cosh([0, 1]).toArray() // => [1, 1.5430806348152437]
 */
export function cosh(x: TensorLike): Tensor {
  return bind(coshP, [asTensor(x)], {});
}

// 1 − tanh²x 在 |x| 大时相消（x = 10 处只剩 7 位有效数字），所以另立一个原语，用 4e/(1+e)²，e = e^(−2|x|)。
const sechSquareP = defineElementwise({
  name: "sechSquare",
  js: ([a]) => `((e) => (4 * e) / ((1 + e) * (1 + e)))(Math.exp(-2 * Math.abs(${a})))`,
  wgsl: ([a]) =>
    `(4.0 * exp(-2.0 * abs(${a})) / ((1.0 + exp(-2.0 * abs(${a}))) * (1.0 + exp(-2.0 * abs(${a})))))`,
  d: [(g, out, [x]) => mul(g, mul(-2, mul(out, tanh(x!))))],
});

/** tanh 的导数 1 − tanh²x = sech²x；|x| 很大时相对误差仍小。 */
export function sechSquare(x: TensorLike): Tensor {
  return bind(sechSquareP, [asTensor(x)], {});
}

const tanhP = defineElementwise({
  name: "tanh",
  js: ([a]) => `Math.tanh(${a})`,
  // 有的驱动用 (e²ˣ−1)/(e²ˣ+1) 实现 tanh，大 x 处得 NaN，所以先截断。
  wgsl: ([a]) => `tanh(clamp(${a}, -15.0, 15.0))`,
  d: [(g, _, [x]) => mul(g, sechSquare(x!))],
});

/**
 * 双曲正切。导数 1 − tanh²x，|x| 很大时也不丢有效数字。
 *
 * @example
 * tanh([0, 1000]).toArray() // => [0, 1]
 */
export function tanh(x: TensorLike): Tensor {
  return bind(tanhP, [asTensor(x)], {});
}
