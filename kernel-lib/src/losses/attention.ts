// 带温度的缩放点积注意力（A. Vaswani 等, Attention Is All You Need, 2017）
//
//   s = q kᵀ,   a = softmax(s/τ)（逐行）,   y = a v
// τ 缺省 √D，使分数的方差与 D 无关。τ → 0 时每行趋于独热，τ → ∞ 时趋于均匀。
// 对 τ 求导：∂(s/τ)/∂τ = −s/τ²；softmax 的雅可比 diag(a) − aaᵀ。记 g = ∂L/∂a，逐行
//   ∂L/∂τ = Σⱼ aⱼ(gⱼ − ⟨a, g⟩)·(−sⱼ/τ²) = −Cov_a(s, g)/τ²

import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { softmax, swapaxes } from "../functions/index.js";
import { div, matmul, mul, where } from "../primitives/index.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { requireValues } from "./reduction.js";

/** 注意力的选项：温度与遮罩。 */
export interface AttentionOptions {
  /** 温度 τ > 0，缺省 √D；可以是张量，能求导。 */
  readonly temperature?: TensorLike;
  /** 真表示看得见；能与 [..., Q, K] 广播。整行都看不见时输出 0。 */
  readonly mask?: TensorLike;
}

/**
 * 注意力 `softmax(q kᵀ/τ) v`。形状：q [..., Q, D]，k [..., K, D]，v [..., K, E]，结果 [..., Q, E]。
 * τ ≤ 0 抛 TIDU-LOSS-008；形状不合抛 TIDU-LOSS-007。
 *
 * @example
 * attention([[1, 0]], [[1, 0], [1, 0]], [[2], [4]]).toArray() // => [[3]]
 */
export function attention(
  q: TensorLike,
  k: TensorLike,
  v: TensorLike,
  options: AttentionOptions = {},
): Tensor {
  const [Q, K, V] = asTensors(q, k, v) as [Tensor, Tensor, Tensor];
  const width = Q.shape.at(-1);
  if ([Q, K, V].some((x) => x.rank < 2) || K.shape.at(-1) !== width || K.shape.at(-2) !== V.shape.at(-2)) {
    throw new TiduError(
      "TIDU-LOSS-007",
      `attention：需要 q [..., Q, D]、k [..., K, D]、v [..., K, E]，得到的形状是 ${[Q, K, V].map((x) => showShape(x.shape)).join("、")}。`,
    );
  }
  const { temperature = Math.sqrt(width!), mask } = options;
  const tau = asTensor(temperature);
  requireValues(
    tau,
    (t) => t > 0,
    () => new TiduError("TIDU-LOSS-008", "attention：温度 temperature 必须大于 0。"),
  );
  const scores = div(matmul(Q, swapaxes(K, -1, -2)), temperature);
  if (mask === undefined) return matmul(softmax(scores), V);
  const weights = softmax(where(mask, scores, -1e30));
  return matmul(mul(weights, where(mask, 1, 0)), V);
}
