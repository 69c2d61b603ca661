import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { add, div, mul, neg, square, sub } from "./arithmetic.js";
import { sqrt } from "./exponential.js";

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

const asinP = defineElementwise({
  name: "asin",
  js: ([a]) => `Math.asin(${a})`,
  wgsl: ([a]) => `asin(${a})`,
  d: [(g, _, [x]) => div(g, sqrt(sub(1, square(x!))))],
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
  d: [(g, _, [x]) => neg(div(g, sqrt(sub(1, square(x!)))))],
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

const tanhP = defineElementwise({
  name: "tanh",
  js: ([a]) => `Math.tanh(${a})`,
  // 有的驱动用 (e²ˣ−1)/(e²ˣ+1) 实现 tanh，大 x 处得 NaN，所以先截断。
  wgsl: ([a]) => `tanh(clamp(${a}, -15.0, 15.0))`,
  d: [(g, out) => mul(g, sub(1, square(out)))],
});

/**
 * 双曲正切。导数 1 − tanh²x。
 *
 * @example
 * tanh([0, 1000]).toArray() // => [0, 1]
 */
export function tanh(x: TensorLike): Tensor {
  return bind(tanhP, [asTensor(x)], {});
}
