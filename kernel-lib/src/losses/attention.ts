// 带温度的缩放点积注意力（A. Vaswani 等, Attention Is All You Need, 2017）
//
//   s = q kᵀ,   a = softmax(s/τ)（逐行）,   y = a v
// τ 缺省 √D，使分数的方差与 D 无关。τ → 0 时每行趋于独热，τ → ∞ 时趋于均匀。
// 对 τ 求导：∂(s/τ)/∂τ = −s/τ²；softmax 的雅可比 diag(a) − aaᵀ。记 g = ∂L/∂a，逐行
//   ∂L/∂τ = Σⱼ aⱼ(gⱼ − ⟨a, g⟩)·(−sⱼ/τ²) = −Cov_a(s, g)/τ²

import { asTensor, asTensors } from "../core/convert.js";
import { sumTo } from "../core/internal.js";
import { TiduError } from "../errors.js";
import { softmax, swapaxes } from "../functions/index.js";
import { astype, div, matmul, mul, neg, notEqual, reshape, sum, where } from "../primitives/index.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused } from "../transforms/fused.js";
import { vjp } from "../transforms/vjp.js";
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
 * 在 webgpu 上由融合核计算，分数矩阵 [..., Q, K] 不落显存，反向重算一遍。
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
  const seen: [] | [Tensor] = mask === undefined ? [] : [astype(mask, "float32")];
  if (tau.size === 1 && mayFuse([Q, K, V, tau, ...seen])) return fusedAttention(Q, K, V, tau, ...seen);
  return composed(Q, K, V, temperature, ...seen);
}

function composed(q: Tensor, k: Tensor, v: Tensor, tau: TensorLike, mask?: Tensor): Tensor {
  const scores = div(matmul(q, swapaxes(k, -1, -2)), tau);
  if (mask === undefined) return matmul(softmax(scores), v);
  const visible = notEqual(mask, 0);
  const weights = softmax(where(visible, scores, -1e30));
  return matmul(mul(weights, where(visible, 1, 0)), v);
}

/** q、k、v、τ，也许还有掩码（float，非零是看得见）。 */
type Inputs = [q: Tensor, k: Tensor, v: Tensor, tau: Tensor, mask?: Tensor];

const present = (inputs: Inputs): Tensor[] => inputs.filter((x) => x !== undefined);

/** 残差；fused 是融合核给出的输出、逐行的最大值与 1/Σexp。 */
interface Saved {
  readonly inputs: Inputs;
  readonly fused: readonly Tensor[] | null;
}

/** 分数矩阵不落显存；反向重算分数。要二阶导数、vmap 时走组合的原语。 */
const fusedAttention: (...inputs: Inputs) => Tensor = customVjp(
  (...inputs: Inputs): Tensor => runFused("attention", present(inputs), {})?.[0] ?? composed(...inputs),
  (...inputs: Inputs): [Tensor, Saved] => {
    const all = runFused("attention", present(inputs), {});
    return [all ? all[0]! : fusedAttention(...inputs), { inputs, fused: all }];
  },
  ({ inputs, fused }, g, needed) => {
    const [q, k, v, tau, mask] = inputs;
    const none = mask ? [null] : [];
    if (!fused) {
      const f = (a: Tensor, b: Tensor, c: Tensor, t: Tensor): Tensor => composed(a, b, c, t, mask);
      return [...vjp(f, q, k, v, tau)[1](g), ...none];
    }
    const [y, top, share] = fused as [Tensor, Tensor, Tensor];
    const saved = [...present(inputs), top, share, sum(mul(g, y), -1), g];
    const dq = needed[0] || needed[3] ? sumTo(runFused("attentionQuery", saved, {})![0]!, q.shape) : null;
    const kv = needed[1] || needed[2] ? runFused("attentionKeys", saved, {})! : null;
    return [
      dq,
      kv && sumTo(kv[0]!, k.shape),
      kv && sumTo(kv[1]!, v.shape),
      needed[3] ? reshape(div(neg(sum(mul(q, dq!))), tau), tau.shape) : null,
      ...none,
    ];
  },
);
