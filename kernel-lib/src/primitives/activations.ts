import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise } from "../core/elementwise.js";
import { jsNumber, wgslNumber } from "../core/literal.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { mul, neg, square } from "./arithmetic.js";
import { erfcJs, erfinvJs, erfJs } from "./erf.js";
import { exp, expm1, sigmoid, softplus } from "./exponential.js";
import { greater, greaterEqual, where } from "./select.js";

const reluP = defineElementwise({
  name: "relu",
  js: ([a]) => `Math.max(${a}, 0)`,
  wgsl: ([a]) => `max(${a}, 0.0)`,
  d: [(g, _, [x]) => where(greater(x!, 0), g, 0)],
  result: "number",
});

/**
 * 线性整流 max(x, 0)。拐点 x = 0 处导数约定为 0。
 *
 * @example
 * relu([-1, 0, 2]).toArray() // => [0, 0, 2]
 */
export function relu(x: TensorLike): Tensor {
  return bind(reluP, [asTensor(x)], {});
}

const eluP = defineElementwise({
  name: "elu",
  js: ([a], { alpha }) => `(${a} >= 0 ? ${a} : ${jsNumber(alpha)} * Math.expm1(${a}))`,
  wgsl: ([a], { alpha }) => `select(${wgslNumber(alpha)} * (exp(min(${a}, 0.0)) - 1.0), ${a}, ${a} >= 0.0)`,
  // 指数只在负半轴上算：正半轴的 exp 可能溢出，它的 ∞ 会在二阶导数里变成 NaN。
  d: [
    (g, _, [x], { alpha }) =>
      where(greaterEqual(x!, 0), g, mul(g, mul(alpha, exp(where(greaterEqual(x!, 0), 0, x!))))),
  ],
});

/**
 * 指数线性单元：x ≥ 0 取 x，否则取 α(eˣ−1)。来源：Clevert 等，2015（arXiv:1511.07289）。
 * x = 0 处取右导数 1；α = 1 时这里本就可导。α 可以是张量（例如要学习它时）。
 *
 * @example
 * elu([-1, 0, 2]).toArray() // => [-0.6321205588285577, 0, 2]
 */
export function elu(x: TensorLike, alpha: TensorLike = 1): Tensor {
  if (typeof alpha === "number") return bind(eluP, [asTensor(x)], { alpha });
  const [t, a] = asTensors(x, alpha);
  const positive = greaterEqual(t!, 0);
  return where(positive, t!, mul(a!, expm1(where(positive, 0, t!))));
}

const erfP = defineElementwise({
  name: "erf",
  js: ([a]) => `${erfJs}(${a})`,
  wgsl: ([a]) => `erf_(${a})`,
  d: [(g, _, [x]) => mul(g, mul(2 / Math.sqrt(Math.PI), exp(neg(square(x!)))))],
});

/**
 * 误差函数 erf(x) = 2/√π ∫₀ˣ e^(−t²) dt。导数 2/√π·e^(−x²)。
 *
 * @example
 * erf([0, 1]).toArray() // => [0, 0.8427007929497149]
 */
export function erf(x: TensorLike): Tensor {
  return bind(erfP, [asTensor(x)], {});
}

const erfcP = defineElementwise({
  name: "erfc",
  js: ([a]) => `${erfcJs}(${a})`,
  wgsl: ([a]) => `erfc_(${a})`,
  d: [(g, _, [x]) => mul(g, mul(-2 / Math.sqrt(Math.PI), exp(neg(square(x!)))))],
});

/**
 * 余误差函数 erfc(x) = 1 − erf(x)；x 很大时也有全部有效数字（1 − erf 会相消成 0）。导数 −2/√π·e^(−x²)。
 *
 * @example
 * erfc([0, 10]).toArray() // => [1, 2.088487583762545e-45]
 */
export function erfc(x: TensorLike): Tensor {
  return bind(erfcP, [asTensor(x)], {});
}

const erfinvP = defineElementwise({
  name: "erfinv",
  js: ([a]) => `${erfinvJs}(${a})`,
  wgsl: ([a]) => `erfinv_(${a})`,
  d: [(g, out) => mul(g, mul(Math.sqrt(Math.PI) / 2, exp(square(out))))],
});

/**
 * erf 的反函数，定义在 (−1, 1) 上，±1 处得 ±∞。导数 √π/2·e^(y²)，y 是函数值。
 *
 * @example
 * erfinv([0, 0.5]).toArray() // => [0, 0.4769362762044699]
 */
export function erfinv(x: TensorLike): Tensor {
  return bind(erfinvP, [asTensor(x)], {});
}

/**
 * Swish / SiLU：x·σ(βx)，β 缺省为 1，可以是要学习的张量。来源：Ramachandran 等，2017（arXiv:1710.05941）。
 *
 * @example
 * silu(1).item() // => 0.7310585786300049
 */
export function silu(x: TensorLike, beta: TensorLike = 1): Tensor {
  const [t, b] = asTensors(x, beta);
  return mul(t!, sigmoid(beta === 1 ? t! : mul(b!, t!)));
}

/**
 * 高斯误差线性单元 x·Φ(x)，Φ 是标准正态分布函数（精确式；Φ(x) = erfc(−x/√2)/2，左尾不相消）。来源：Hendrycks 与 Gimpel，2016（arXiv:1606.08415）。
 *
 * @example
 * gelu(1).item() // => 0.8413447460685429
 */
export function gelu(x: TensorLike): Tensor {
  const t = asTensor(x);
  return mul(mul(0.5, t), erfc(mul(-Math.SQRT1_2, t)));
}

/**
 * 带泄漏的 relu：x > 0 取 x，否则取 αx（α 缺省 0.01，可以是要学习的张量）。拐点处取左导数 α。
 *
 * @example
 * leakyRelu([-2, 3], 0.1).toArray() // => [-0.2, 3]
 */
export function leakyRelu(x: TensorLike, alpha: TensorLike = 0.01): Tensor {
  const [t, a] = asTensors(x, alpha);
  return where(greater(t!, 0), t!, mul(a!, t!));
}

/**
 * ln σ(x) = −softplus(−x)，x 很负时不会变成 −∞。
 *
 * @example
 * logSigmoid([0, -1000]).toArray() // => [-0.6931471805599453, -1000]
 */
export function logSigmoid(x: TensorLike): Tensor {
  return neg(softplus(neg(x)));
}
