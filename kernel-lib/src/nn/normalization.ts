import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { ones, zeros } from "../functions/creation.js";
import { mean, variance } from "../functions/statistics.js";
import { add, div, mul, sub } from "../primitives/arithmetic.js";
import { sqrt } from "../primitives/exponential.js";
import { reshape } from "../primitives/layout.js";
import { detach } from "../primitives/select.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused } from "../transforms/fused.js";
import { vjp } from "../transforms/vjp.js";

// 四种归一化只差在沿哪些轴求均值与方差：x̂ = (x − μ)/√(σ² + ε)，y = γx̂ + β。
// 通道轴是第 1 轴（[N, C] 或 [N, C, H, W]）；方差除以 n（有偏），与各框架训练时相同。

/** 归一化层的参数：缩放与平移。 */
export interface ScaleShift {
  /** γ，初值 1。 */
  readonly gamma: Tensor;
  /** β，初值 0。 */
  readonly beta: Tensor;
}

type ScaleShiftLike = { readonly gamma: TensorLike; readonly beta: TensorLike };

const scaleShift = (width: number): ScaleShift => ({ gamma: ones([width]), beta: zeros([width]) });

function standardize(x: Tensor, mu: Tensor, sigma2: Tensor, epsilon: number): Tensor {
  return div(sub(x, mu), sqrt(add(sigma2, epsilon)));
}

function withOwnStatistics(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const keep = { keepDims: true } as const;
  return standardize(x, mean(x, axes, keep), variance(x, axes, keep), epsilon);
}

/** [C] 变成 [C, 1, …]，与第 1 轴对齐。 */
const perChannel = (v: TensorLike, rank: number): Tensor =>
  reshape(v, [-1, ...new Array<number>(rank - 2).fill(1)]);

function affine(x: Tensor, params: ScaleShiftLike): Tensor {
  return add(mul(x, perChannel(params.gamma, x.rank)), perChannel(params.beta, x.rank));
}

function requireChannels(op: string, x: Tensor, least: number): void {
  if (x.rank >= least) return;
  throw new TiduError(
    "TIDU-NN-002",
    `${op}：输入要有 [N, C${least > 2 ? ", ...空间" : ""}] 这些轴，形状是 ${showShape(x.shape)}。`,
  );
}

/**
 * 层归一化：每个样本沿末轴归一化，再乘 γ 加 β（都是 [末轴长]）。来源：Ba 等，2016（arXiv:1607.06450）。
 *
 * @example
 * const params = layerNorm.init(2);
 * layerNorm.apply(params, [[1, 3]], { epsilon: 0 }).toArray() // => [[-1, 1]]
 */
export const layerNorm = {
  init: scaleShift,
  apply(params: ScaleShiftLike, x: TensorLike, options: { readonly epsilon?: number } = {}): Tensor {
    const { epsilon = 1e-5 } = options;
    const [t, gamma, beta] = asTensors(x, params.gamma, params.beta) as [Tensor, Tensor, Tensor];
    const f = mayFuse([t, gamma, beta]) ? fusedLayerNorm(epsilon) : plainLayerNorm(epsilon);
    return f(t, gamma, beta);
  },
};

type LayerNorm = (x: Tensor, gamma: Tensor, beta: Tensor) => Tensor;

function plainLayerNorm(epsilon: number): LayerNorm {
  return (x, gamma, beta) => add(mul(withOwnStatistics(x, [-1], epsilon), gamma), beta);
}

/** 在 webgpu 上前向、反向各一个融合核；再求导、形状不合时用组合的写法。 */
function fusedLayerNorm(epsilon: number): LayerNorm {
  const plain = plainLayerNorm(epsilon);
  return customVjp(
    (...xs: Parameters<LayerNorm>): Tensor => runFused("layerNorm", xs, { epsilon })?.[0] ?? plain(...xs),
    (...xs: Parameters<LayerNorm>): [Tensor, Parameters<LayerNorm>] => [
      runFused("layerNorm", xs, { epsilon })?.[0] ?? plain(...xs),
      xs,
    ],
    (xs, g) => runFused("layerNormBackward", [xs[0], xs[1], g], { epsilon }) ?? vjp(plain, ...xs)[1](g),
  );
}

/** 批归一化的状态：均值与方差的滑动平均。 */
export interface BatchNormState {
  /** 均值的滑动平均，[C]。 */
  readonly mean: Tensor;
  /** 方差的滑动平均，[C]。 */
  readonly variance: Tensor;
}

/** 批归一化的选项。 */
export interface BatchNormOptions {
  /** 真（缺省）用这一批的统计量，并更新滑动平均；假用滑动平均。 */
  readonly training?: boolean;
  /** 滑动平均里旧值的比重，缺省 0.9。 */
  readonly momentum?: number;
  readonly epsilon?: number;
}

/**
 * 批归一化：每个通道沿其余各轴归一化。init 得 { params, state }；apply 返回 [输出, 新的 state]，不改动旧的。
 * 滑动平均不求导。训练时在 webgpu 上由融合核计算，再求导走组合的原语。来源：Ioffe 与 Szegedy，2015（arXiv:1502.03167）。输入不足两个轴抛 TIDU-NN-002。
 *
 * @example
 * const { params, state } = batchNorm.init(1);
 * const [y, next] = batchNorm.apply(params, state, [[1], [3]], { epsilon: 0 });
 * y.toArray() // => [[-1], [1]]
 * next.mean.toArray() // => [0.2]
 */
export const batchNorm = {
  init(channels: number): { params: ScaleShift; state: BatchNormState } {
    return {
      params: scaleShift(channels),
      state: { mean: zeros([channels]), variance: ones([channels]) },
    };
  },
  apply(
    params: ScaleShiftLike,
    state: BatchNormState,
    x: TensorLike,
    options: BatchNormOptions = {},
  ): [Tensor, BatchNormState] {
    const { training = true, momentum = 0.9, epsilon = 1e-5 } = options;
    const t = asTensor(x);
    requireChannels("batchNorm", t, 2);
    if (!training) {
      const [mu, sigma2] = [state.mean, state.variance].map((v) => perChannel(v, t.rank)) as [Tensor, Tensor];
      return [affine(standardize(t, mu, sigma2, epsilon), params), state];
    }
    const [gamma, beta] = asTensors(params.gamma, params.beta) as [Tensor, Tensor];
    const f = mayFuse([t, gamma, beta]) ? fusedBatchNorm(epsilon) : plainBatchNorm(epsilon);
    const [y, mu, sigma2] = f(t, gamma, beta);
    const blend = (old: Tensor, now: Tensor): Tensor =>
      add(mul(momentum, old), mul(1 - momentum, detach(now)));
    return [y, { mean: blend(state.mean, mu), variance: blend(state.variance, sigma2) }];
  },
};

/** 输出、这一批的均值与方差。 */
type BatchNorm = (x: Tensor, gamma: Tensor, beta: Tensor) => [y: Tensor, mu: Tensor, sigma2: Tensor];

function plainBatchNorm(epsilon: number): BatchNorm {
  return (t, gamma, beta) => {
    const axes = [...t.shape.keys()].filter((i) => i !== 1);
    const [mu, sigma2] = [mean(t, axes), variance(t, axes)];
    const normal = standardize(t, perChannel(mu, t.rank), perChannel(sigma2, t.rank), epsilon);
    return [affine(normal, { gamma, beta }), mu, sigma2];
  };
}

/** 融合核的反向不理会均值与方差的伴随：它们只用于滑动平均，那里不求导。 */
function fusedBatchNorm(epsilon: number): BatchNorm {
  const plain = plainBatchNorm(epsilon);
  type Inputs = Parameters<BatchNorm>;
  type All = ReturnType<BatchNorm>;
  const run = (xs: Inputs): All | null => runFused("batchNorm", xs, { epsilon }) as All | null;
  return customVjp(
    (...xs: Inputs): All => run(xs) ?? plain(...xs),
    (...xs: Inputs): [All, { xs: Inputs; all: All | null }] => {
      const all = run(xs);
      return [all ?? plain(...xs), { xs, all }];
    },
    ({ xs, all }, cts) =>
      (all && runFused("batchNormBackward", [xs[0], xs[1], all[1], all[2], cts[0]], { epsilon })) ??
      vjp(plain, ...xs)[1](cts),
  );
}

/**
 * 实例归一化：每个样本的每个通道各自沿空间轴归一化，样本之间互不影响。来源：Ulyanov 等，2016（arXiv:1607.08022）。
 * 输入要有空间轴，否则抛 TIDU-NN-002。
 *
 * @example
 * instanceNorm.apply(instanceNorm.init(1), [[[1, 3]]], { epsilon: 0 }).toArray() // => [[[-1, 1]]]
 */
export const instanceNorm = {
  init: scaleShift,
  apply(params: ScaleShiftLike, x: TensorLike, options: { readonly epsilon?: number } = {}): Tensor {
    const t = asTensor(x);
    requireChannels("instanceNorm", t, 3);
    const axes = [...t.shape.keys()].slice(2);
    return affine(withOwnStatistics(t, axes, options.epsilon ?? 1e-5), params);
  },
};

/**
 * 组归一化：通道分成 groups 组，每个样本的每一组各自归一化。来源：Wu 与 He，2018（arXiv:1803.08494）。
 * 通道数不能被 groups 整除抛 TIDU-NN-003。
 *
 * @example
 * groupNorm.apply(groupNorm.init(2), [[1, 3]], { groups: 1, epsilon: 0 }).toArray() // => [[-1, 1]]
 */
export const groupNorm = {
  init: scaleShift,
  apply(
    params: ScaleShiftLike,
    x: TensorLike,
    options: { readonly groups: number; readonly epsilon?: number },
  ): Tensor {
    const t = asTensor(x);
    requireChannels("groupNorm", t, 2);
    const [n, channels] = t.shape as [number, number];
    const { groups, epsilon = 1e-5 } = options;
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      throw new TiduError("TIDU-NN-003", `groupNorm：${channels} 个通道不能分成 ${groups} 组。`);
    }
    const grouped = reshape(t, [n, groups, t.size / Math.max(1, n * groups)]);
    return affine(reshape(withOwnStatistics(grouped, [2], epsilon), t.shape), params);
  },
};
