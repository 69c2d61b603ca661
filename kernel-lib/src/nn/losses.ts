import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { arange } from "../functions/creation.js";
import { vecdot } from "../functions/linear.js";
import { takeAlongAxis } from "../functions/pick.js";
import { expandDims, squeeze } from "../functions/rearrange.js";
import { logSoftmax } from "../functions/softmax.js";
import { norm } from "../functions/statistics.js";
import { type Reduction, reduce, requireSameShape } from "../losses/reduction.js";
import { relu } from "../primitives/activations.js";
import { abs, add, div, mul, neg, square, sub } from "../primitives/arithmetic.js";
import { exp, log, softplus } from "../primitives/exponential.js";
import { asIndices } from "../primitives/indexing.js";
import { transpose } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { sum } from "../primitives/reductions.js";
import { astype, equal, where } from "../primitives/select.js";
import { normalizeAxis, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

export { huberLoss } from "../losses/huber.js";
export { tripletLoss } from "../losses/triplet.js";

/** 损失共有的选项。 */
export interface LossOptions {
  /** 缺省 "mean"。 */
  readonly reduction?: Reduction;
}

function pairOf(op: string, pred: TensorLike, target: TensorLike): [Tensor, Tensor] {
  const [y, t] = asTensors(pred, target) as [Tensor, Tensor];
  requireSameShape(op, y, t);
  return [y, t];
}

/**
 * 均方误差 (y − t)²，缺省取平均。形状不同抛 TIDU-LOSS-002。
 *
 * @example
 * mse([1, 2], [0, 4]).item() // => 2.5
 */
export function mse(pred: TensorLike, target: TensorLike, options: LossOptions = {}): Tensor {
  return reduce(square(sub(...pairOf("mse", pred, target))), options.reduction ?? "mean");
}

/**
 * 绝对误差 |y − t|，缺省取平均。误差为 0 处导数约定为 0。形状不同抛 TIDU-LOSS-002。
 *
 * @example
 * l1([1, 2], [0, 4]).item() // => 1.5
 */
export function l1(pred: TensorLike, target: TensorLike, options: LossOptions = {}): Tensor {
  return reduce(abs(sub(...pairOf("l1", pred, target))), options.reduction ?? "mean");
}

/** 交叉熵的选项。 */
export interface CrossEntropyOptions extends LossOptions {
  /** 类别的轴，缺省末轴。 */
  readonly axis?: number;
  /** 标签平滑 ε：目标变成 (1 − ε)·目标 + ε/类数，缺省 0。 */
  readonly labelSmoothing?: number;
}

/**
 * 交叉熵 −Σ tₖ ln softmax(z)ₖ，输入是未归一的分数 z，不必先作 softmax；缺省对样本取平均。
 * 目标可以是类别号（形状是分数去掉类别轴），也可以是概率（与分数同形状）；都对不上抛 TIDU-NN-006。
 *
 * @example
 * crossEntropy([[0, 0], [0, 0]], [1, 0]).item() // => 0.6931471805599453
 * @example
 * crossEntropy([1e4, -1e4], [0, 1]).item() // => 20000
 */
export function crossEntropy(
  logits: TensorLike,
  target: TensorLike,
  options: CrossEntropyOptions = {},
): Tensor {
  const { axis = -1, labelSmoothing = 0, reduction = "mean" } = options;
  const z = asTensor(logits);
  const a = normalizeAxis("crossEntropy", axis, z.rank);
  const t = asTensor(target);
  const logp = logSoftmax(z, a);
  const classes = z.shape[a]!;
  const hard = t.rank === z.rank - 1;
  const expected = z.shape.filter((_, i) => !hard || i !== a);
  if (t.shape.length !== expected.length || t.shape.some((n, i) => n !== expected[i])) {
    throw new TiduError(
      "TIDU-NN-006",
      `crossEntropy：分数 ${showShape(z.shape)}（类别在第 ${a} 轴）与目标 ${showShape(t.shape)} 对不上。` +
        `目标应是类别号 ${showShape(z.shape.filter((_, i) => i !== a))}，或概率 ${showShape(z.shape)}。`,
    );
  }
  const picked = hard
    ? squeeze(takeAlongAxis(logp, expandDims(asIndices("crossEntropy", target), a), a), a)
    : sum(mul(t, logp), a);
  if (labelSmoothing === 0) return reduce(neg(picked), reduction);
  const spread = mul(sum(logp, a), labelSmoothing / classes);
  return reduce(neg(add(mul(1 - labelSmoothing, picked), spread)), reduction);
}

/**
 * 二元交叉熵，输入是未归一的分数 z：t·softplus(−z) + (1 − t)·softplus(z)，缺省取平均。
 * 分数再大也不溢出。形状不同抛 TIDU-LOSS-002。
 *
 * @example
 * binaryCrossEntropy([0, 1e4], [1, 1]).item() // => 0.34657359027997264
 */
export function binaryCrossEntropy(
  logits: TensorLike,
  target: TensorLike,
  options: LossOptions = {},
): Tensor {
  const [z, t] = pairOf("binaryCrossEntropy", logits, target);
  const loss = add(mul(t, softplus(neg(z))), mul(sub(1, t), softplus(z)));
  return reduce(loss, options.reduction ?? "mean");
}

/**
 * 离散分布的 KL 散度 Σ pₖ ln(pₖ/qₖ)，沿 axis 轴（缺省末轴）求和。p、q 是概率；pₖ = 0 的项为 0。
 *
 * @example
 * klDivergence([1, 0], [0.5, 0.5]).item() // => 0.6931471805599453
 */
export function klDivergence(p: TensorLike, q: TensorLike, axis = -1): Tensor {
  const [a, b] = asTensors(p, q) as [Tensor, Tensor];
  const empty = equal(a, 0);
  const terms = mul(a, sub(log(where(empty, 1, a)), log(where(empty, 1, b))));
  return sum(terms, axis);
}

/**
 * 对角高斯分布的 KL 散度 KL(N(μ, σ²) ‖ N(μ₀, σ₀²))，沿末轴求和；方差用对数给出，另一个缺省是标准正态：
 * ½ Σ (e^(ℓ−ℓ₀) + (μ−μ₀)²e^(−ℓ₀) − 1 − (ℓ−ℓ₀))，ℓ = ln σ²。
 *
 * @example
 * gaussianKl([1, 0], [0, 0]).item() // => 0.5
 */
export function gaussianKl(
  mean: TensorLike,
  logVariance: TensorLike,
  priorMean: TensorLike = 0,
  priorLogVariance: TensorLike = 0,
): Tensor {
  const [m, l, m0, l0] = asTensors(mean, logVariance, priorMean, priorLogVariance) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  const d = sub(l, l0);
  const terms = sub(sub(add(exp(d), mul(square(sub(m, m0)), exp(neg(l0)))), 1), d);
  return mul(0.5, sum(terms, -1));
}

/**
 * 余弦相似度 ⟨a, b⟩/(‖a‖‖b‖)，沿 axis 轴（缺省末轴）。零向量没有方向，相似度与梯度都约定为 0。
 *
 * @example
 * cosineSimilarity([3, 4], [4, 3]).item() // => 0.96
 */
export function cosineSimilarity(a: TensorLike, b: TensorLike, axis = -1): Tensor {
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  return vecdot(unit(x, axis), unit(y, axis), axis);
}

/** 单位向量；零向量仍是零。 */
function unit(x: Tensor, axis: number): Tensor {
  const length = norm(x, axis, { keepDims: true });
  return div(x, where(equal(length, 0), 1, length));
}

/**
 * 对比损失：距离 d = ‖a − b‖，same 为真的一对拉近（d²/2），为假的推到 margin 之外（max(0, margin − d)²/2）。
 * 末轴是特征；缺省对各对取平均。来源：Hadsell、Chopra 与 LeCun，2006。
 *
 * @example
 * contrastive([[0, 0], [0, 0]], [[3, 4], [0.6, 0.8]], [true, false], { margin: 2 }).item() // => 6.5
 */
export function contrastive(
  a: TensorLike,
  b: TensorLike,
  same: TensorLike,
  options: LossOptions & { readonly margin?: number } = {},
): Tensor {
  const { margin = 1, reduction = "mean" } = options;
  const [x, y] = asTensors(a, b) as [Tensor, Tensor];
  const d = sub(x, y);
  const pull = sum(square(d), -1);
  const push = square(relu(sub(margin, norm(d, -1))));
  return reduce(mul(0.5, where(same, pull, push)), reduction);
}

/**
 * InfoNCE：a 的第 i 行与 b 的第 i 行是一对，其余都是反例；分数是余弦相似度除以温度，再作交叉熵。
 * 形状 [N, D]，两边相同，否则抛 TIDU-LOSS-002。来源：van den Oord 等，2018（arXiv:1807.03748）。
 *
 * @example
 * infoNce([[1, 0], [0, 1]], [[1, 0], [0, 1]]).item() // => 0.31326168751822286
 */
export function infoNce(
  a: TensorLike,
  b: TensorLike,
  options: LossOptions & { readonly temperature?: TensorLike } = {},
): Tensor {
  const [x, y] = pairOf("infoNce", a, b);
  const scores = div(matmul(unit(x, -1), transpose(unit(y, -1))), options.temperature ?? 1);
  return crossEntropy(scores, astype(arange(x.shape[0]!), "int32"), options);
}

/**
 * 合页损失 max(0, 1 − t·z)，t 是 ±1；缺省取平均。z·t = 1 处导数约定为 0。形状不同抛 TIDU-LOSS-002。
 *
 * @example
 * hinge([2, 0.5], [1, -1]).item() // => 0.75
 */
export function hinge(scores: TensorLike, target: TensorLike, options: LossOptions = {}): Tensor {
  const [z, t] = pairOf("hinge", scores, target);
  return reduce(relu(sub(1, mul(t, z))), options.reduction ?? "mean");
}
