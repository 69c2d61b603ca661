import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { silu } from "../primitives/activations.js";
import { reshape } from "../primitives/layout.js";
import { max } from "../primitives/reductions.js";
import { normalizeAxis, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

export { logSoftmax, softmax } from "../functions/softmax.js";
export {
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  relu,
  silu,
} from "../primitives/activations.js";
export { sigmoid, softplus } from "../primitives/exponential.js";
export { tanh } from "../primitives/trigonometry.js";

/**
 * Maxout：沿 axis 轴（缺省末轴）把每 pieces 个相邻的元素取最大，轴长变成 1/pieces。梯度只给胜出的一支，并列时均分。
 * 轴长不能被 pieces 整除抛 TIDU-NN-003。来源：Goodfellow 等，2013（arXiv:1302.4389）。
 *
 * @example
 * maxout([1, 5, 4, 2], 2).toArray() // => [5, 4]
 */
export function maxout(x: TensorLike, pieces: number, axis = -1): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("maxout", axis, t.rank);
  const n = t.shape[a]!;
  if (!Number.isInteger(pieces) || pieces < 1 || n % pieces !== 0) {
    throw new TiduError(
      "TIDU-NN-003",
      `maxout：形状 ${showShape(t.shape)} 的第 ${a} 轴长 ${n}，不能分成每组 ${pieces} 个。`,
    );
  }
  return max(reshape(t, [...t.shape.slice(0, a), n / pieces, pieces, ...t.shape.slice(a + 1)]), a + 1);
}

/**
 * Swish：x·σ(βx)，β 缺省为 1，可以是要学习的张量；与 silu 是同一个函数。∂/∂β = x²σ′(βx)。
 *
 * @example
 * grad((beta: Tensor) => swish(2, beta))(0).item() // => 1
 */
export function swish(x: TensorLike, beta: TensorLike = 1): Tensor {
  return silu(x, beta);
}
