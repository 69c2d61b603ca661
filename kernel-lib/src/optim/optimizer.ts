import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { add, div, mul, neg, square, sub } from "../primitives/arithmetic.js";
import { pow, sqrt } from "../primitives/exponential.js";
import { greater, where } from "../primitives/select.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { type Tensors, treeMap } from "../tree.js";
import type { Schedule } from "./schedules.js";
import { zerosTree } from "./tree-math.js";

/** 优化器的状态：走过的步数，以及与参数同样的几棵树。 */
export type OptimizerState<P, K extends string> = { readonly step: Tensor } & {
  readonly [name in K]: Tensors<P>;
};

/**
 * 优化器是两个纯函数，不改动任何东西：init 由参数造出状态；update 由梯度与旧状态得到 [更新量, 新状态]，
 * 更新量用 applyUpdates 加到参数上。可以放进 jit；学习率是张量时，梯度能穿过更新（超梯度）。
 */
export interface Optimizer<K extends string = never> {
  init<P>(params: P): OptimizerState<P, K>;
  /** params 只有带权重衰减的优化器要用。 */
  update<P>(
    gradients: P,
    state: OptimizerState<any, K>,
    params?: unknown,
  ): [updates: Tensors<P>, state: OptimizerState<P, K>];
}

/** 学习率：数、张量，或随步数变化的函数。 */
export type Rate = TensorLike | Schedule;

const rateAt = (rate: Rate, step: Tensor): TensorLike => (typeof rate === "function" ? rate(step) : rate);
const next = (step: Tensor): Tensor => add(step, 1);
const start = (): Tensor => asTensor(0);
const map = treeMap as (f: (...xs: Tensor[]) => Tensor, ...trees: unknown[]) => any;

/** −rate·g。 */
const descend = (rate: TensorLike, tree: unknown): any => map((g) => neg(mul(rate, g)), tree);

/** decay·old + (1 − decay)·now。 */
const blend = (decay: TensorLike, old: Tensor, now: Tensor): Tensor =>
  add(mul(decay, old), mul(sub(1, decay), now));

/**
 * 随机梯度下降：更新量 −η g。
 *
 * @example
 * const opt = sgd(0.1);
 * const params = { w: tensor([1, 2]) };
 * const [updates] = opt.update({ w: tensor([10, -10]) }, opt.init(params));
 * applyUpdates(params, updates).w.toArray() // => [0, 3]
 */
export function sgd(rate: Rate): Optimizer {
  return {
    init: () => ({ step: start() }) as OptimizerState<any, never>,
    update: (gradients, { step }) => [
      descend(rateAt(rate, step), gradients),
      { step: next(step) } as OptimizerState<any, never>,
    ],
  };
}

/** 动量法的选项。 */
export interface MomentumOptions {
  /** 动量系数 μ，缺省 0.9。 */
  readonly decay?: TensorLike;
  /** Nesterov 动量：先按动量看一步再求梯度的等价写法，缺省 false。 */
  readonly nesterov?: boolean;
}

/**
 * 带动量的梯度下降：v ← μ v + g，更新量 −η v；Nesterov 时更新量 −η(g + μ v)。来源：Polyak，1964；Sutskever 等，2013。
 *
 * @example
 * const opt = momentum(1, { decay: 0.5 });
 * const [, state] = opt.update([1], opt.init([0]));
 * opt.update([1], state)[0].toArray() // => [-1.5]
 */
export function momentum(rate: Rate, options: MomentumOptions = {}): Optimizer<"velocity"> {
  const { decay = 0.9, nesterov = false } = options;
  return {
    init: (params) => ({ step: start(), velocity: zerosTree(params) }),
    update: (gradients, { step, velocity }) => {
      const v = map((old, g) => add(mul(decay, old), g), velocity, gradients);
      const direction = nesterov ? map((g, now) => add(g, mul(decay, now)), gradients, v) : v;
      return [descend(rateAt(rate, step), direction), { step: next(step), velocity: v }];
    },
  };
}

/** Adam 的选项。 */
export interface AdamOptions {
  /** 一阶矩的衰减，缺省 0.9。 */
  readonly beta1?: TensorLike;
  /** 二阶矩的衰减，缺省 0.999。 */
  readonly beta2?: TensorLike;
  /** 加在分母上的 ε，缺省 1e-8。 */
  readonly epsilon?: TensorLike;
}

/** m/(√v + ε)；梯度一直为 0 时 √v 不可导，约定导数为 0，超梯度才不会出 NaN。 */
function ratio(m: Tensor, v: Tensor, epsilon: TensorLike): Tensor {
  const positive = greater(v, 0);
  return div(m, add(where(positive, sqrt(where(positive, v, 1)), 0), epsilon));
}

function adamDirection(
  gradients: unknown,
  state: OptimizerState<any, "mean" | "square">,
  options: AdamOptions,
): { direction: any; state: OptimizerState<any, "mean" | "square"> } {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = options;
  const step = next(state.step);
  const mean = map((old, g) => blend(beta1, old, g), state.mean, gradients);
  const squares = map((old, g) => blend(beta2, old, square(g)), state.square, gradients);
  const [c1, c2] = [beta1, beta2].map((b) => sub(1, pow(b, step))) as [Tensor, Tensor];
  const direction = map((m, v) => ratio(div(m, c1), div(v, c2), epsilon), mean, squares);
  return { direction, state: { step, mean, square: squares } };
}

const adamStart = (params: any): OptimizerState<any, "mean" | "square"> => ({
  step: start(),
  mean: zerosTree(params),
  square: zerosTree(params),
});

/**
 * Adam：梯度与其平方的滑动平均 m、v，校正初值为 0 的偏差后，更新量 −η m̂/(√v̂ + ε)。
 * 来源：Kingma 与 Ba，2014（arXiv:1412.6980）。
 *
 * @example
 * const opt = adam(0.1);
 * const params = { w: tensor([1, 2]) };
 * const [updates] = opt.update({ w: tensor([3, -4]) }, opt.init(params));
 * updates.w.toArray() // => [-0.1, 0.1] ± 1e-9
 */
export function adam(rate: Rate, options: AdamOptions = {}): Optimizer<"mean" | "square"> {
  return {
    init: adamStart,
    update: (gradients, state) => {
      const { direction, state: after } = adamDirection(gradients, state, options);
      return [descend(rateAt(rate, state.step), direction), after];
    },
  };
}

/** AdamW 的选项。 */
export interface AdamWOptions extends AdamOptions {
  /** 权重衰减 λ，缺省 0.01。 */
  readonly weightDecay?: TensorLike;
}

/**
 * AdamW：权重衰减不混进梯度，直接从参数里减，更新量 −η(m̂/(√v̂ + ε) + λθ)。update 要给参数，否则抛 TIDU-OPTIM-002。
 * 来源：Loshchilov 与 Hutter，2017（arXiv:1711.05101）。
 *
 * @example
 * const opt = adamW(0.1, { weightDecay: 0.5 });
 * const [updates] = opt.update([0], opt.init([2]), [2]);
 * updates.toArray() // => [-0.1]
 */
export function adamW(rate: Rate, options: AdamWOptions = {}): Optimizer<"mean" | "square"> {
  const { weightDecay = 0.01 } = options;
  return {
    init: adamStart,
    update: (gradients, state, params) => {
      if (params === undefined) {
        throw new TiduError(
          "TIDU-OPTIM-002",
          "adamW：权重衰减要用到参数，请写 update(gradients, state, params)。",
        );
      }
      const { direction, state: after } = adamDirection(gradients, state, options);
      const decayed = map((d, p) => add(d, mul(weightDecay, p)), direction, params);
      return [descend(rateAt(rate, state.step), decayed), after];
    },
  };
}

/** RMSProp 的选项。 */
export interface RmspropOptions {
  /** 平方的滑动平均的衰减，缺省 0.9。 */
  readonly decay?: TensorLike;
  /** 加在分母上的 ε，缺省 1e-8。 */
  readonly epsilon?: TensorLike;
}

/**
 * RMSProp：用梯度平方的滑动平均 v 定各坐标的步长，更新量 −η g/(√v + ε)。来源：Hinton 的讲义，2012。
 *
 * @example
 * const opt = rmsprop(0.1, { decay: 0.75, epsilon: 0 });
 * opt.update([2], opt.init([0]))[0].toArray() // => [-0.2]
 */
export function rmsprop(rate: Rate, options: RmspropOptions = {}): Optimizer<"square"> {
  const { decay = 0.9, epsilon = 1e-8 } = options;
  return {
    init: (params) => ({ step: start(), square: zerosTree(params) }),
    update: (gradients, state) => {
      const squares = map((old, g) => blend(decay, old, square(g)), state.square, gradients);
      const direction = map((g, v) => ratio(g, v, epsilon), gradients, squares);
      return [descend(rateAt(rate, state.step), direction), { step: next(state.step), square: squares }];
    },
  };
}
