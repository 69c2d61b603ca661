// Huber 损失（P. J. Huber, Robust Estimation of a Location Parameter, 1964）
//
// 误差 e，阈值 δ > 0：
//   L(e) = e²/2            |e| ≤ δ      （近处是平方，光滑）
//   L(e) = δ(|e| − δ/2)    |e| > δ      （远处是直线，不被离群点牵着走）
//
// 对 e 求导：|e| ≤ δ 时是 e；|e| > δ 时是 δ·sign(e)。合起来就是截断：
//   dL/de = clip(e, −δ, δ)
// 在 |e| = δ 处，左边得 ±δ，右边也得 ±δ：一阶导数连续（C¹）。
// 再求一次导：|e| ≤ δ 时是 1，|e| > δ 时是 0；在 |e| = δ 处跳变，按约定（闭区间）取 1。
// 对 δ 求导：|e| ≤ δ 时是 0；|e| > δ 时是 |e| − δ。

import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { abs, clip, lessEqual, mul, neg, square, sub, where } from "../primitives/index.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused, timesAdjoint } from "../transforms/fused.js";
import { type Reduction, reduce, requireSameShape, requireValues } from "./reduction.js";

/**
 * Huber 损失，逐元素：`|e| ≤ δ` 时 `e²/2`，否则 `δ(|e| − δ/2)`。对 error 与 delta 都可以求导。
 * error 里的 NaN 照样传出去；delta 不大于 0 或为 NaN 时抛 TIDU-LOSS-001。
 *
 * @param error 误差，通常是 预测 − 目标，任意形状
 * @param delta 阈值 δ > 0，缺省 1；可以是能与 error 广播的张量
 * @example
 * huber([0.5, -3]).toArray() // => [0.125, 2.5]
 * @example
 * grad((e: Tensor) => sum(huber(e, 1)))([0.5, -3]).toArray() // => [0.5, -1]
 * @example
 * huber(1, 0) // 抛 TIDU-LOSS-001
 */
export function huber(error: TensorLike, delta: TensorLike = 1): Tensor {
  const [e, d] = asTensors(error, delta) as [Tensor, Tensor];
  requireDelta(d);
  const size = abs(e);
  const inside = lessEqual(size, d);
  // 没选中的一支也会被求值：先换成 0，免得极大的误差平方后变成 ∞，再在梯度里变成 NaN。
  const near = square(where(inside, e, 0));
  return where(inside, mul(0.5, near), mul(d, sub(size, mul(0.5, d))));
}

function requireDelta(delta: Tensor): void {
  requireValues(
    delta,
    (v) => v > 0,
    () => new TiduError("TIDU-LOSS-001", "huber：阈值 delta 必须大于 0（也不能是 NaN），请给一个正数。"),
  );
}

/** huberLoss 的选项：阈值与归约。 */
export interface HuberOptions {
  /** 阈值 δ > 0，缺省 1。 */
  readonly delta?: TensorLike;
  /** 缺省 "mean"。 */
  readonly reduction?: Reduction;
}

/**
 * 一批预测的 Huber 损失，缺省取平均。pred 与 target 的形状必须相同，否则抛 TIDU-LOSS-002：
 * 形状 [n] 与 [n, 1] 会悄悄广播成 [n, n]，是常见的错误。
 * 在 webgpu 上由一个融合核一趟算出损失与梯度；二阶导数走组合的原语，结果相同。
 *
 * @example
 * huberLoss([0.5, 3], [0, 0]).item() // => 1.3125
 * @example
 * grad((y: Tensor) => huberLoss(y, [0, 0]))([0.5, 3]).toArray() // => [0.25, 0.5]
 */
export function huberLoss(pred: TensorLike, target: TensorLike, options: HuberOptions = {}): Tensor {
  const { delta = 1, reduction = "mean" } = options;
  const [y, t] = asTensors(pred, target) as [Tensor, Tensor];
  requireSameShape("huberLoss", y, t);
  if (typeof delta !== "number" || reduction === "none" || !mayFuse([y, t])) {
    return reduce(huber(sub(y, t), delta), reduction);
  }
  requireDelta(asTensor(delta));
  return fusedHuber(delta, reduction)(y, t);
}

/** 平均的 1/N 由融合核顺手乘上，梯度不用再走一趟。 */
function fusedHuber(delta: number, reduction: "mean" | "sum") {
  const composed = (y: Tensor, t: Tensor): Tensor => reduce(huber(sub(y, t), delta), reduction);
  const scaleOf = (y: Tensor): number => (reduction === "mean" ? 1 / y.size : 1);
  const fused = (y: Tensor, t: Tensor, gradient: boolean): readonly Tensor[] | null =>
    runFused("huber", [y, t], { delta, scale: scaleOf(y), gradient });
  return customVjp(
    (y: Tensor, t: Tensor): Tensor => fused(y, t, false)?.[0] ?? composed(y, t),
    (y: Tensor, t: Tensor): [Tensor, Tensor] => {
      const both = fused(y, t, true);
      if (both) return [both[0]!, both[1]!];
      return [composed(y, t), mul(scaleOf(y), huberGradient(sub(y, t), delta))];
    },
    (dy, ct, [, target]) => {
      const g = timesAdjoint(ct, dy);
      return [g, target ? neg(g) : null];
    },
  );
}

/**
 * Huber 损失对误差的导数，闭式：`clip(e, −δ, δ)`。
 *
 * @example
 * huberGradient([0.5, -3, 1]).toArray() // => [0.5, -1, 1]
 */
export function huberGradient(error: TensorLike, delta: TensorLike = 1): Tensor {
  const [e, d] = asTensors(error, delta) as [Tensor, Tensor];
  requireDelta(d);
  return clip(e, mul(-1, d), d);
}

/**
 * Huber 损失对阈值 δ 的导数，闭式，逐元素：`|e| ≤ δ` 时 0，否则 `|e| − δ`。
 *
 * @example
 * huberDeltaGradient([0.5, -3, 1]).toArray() // => [0, 2, 0]
 */
export function huberDeltaGradient(error: TensorLike, delta: TensorLike = 1): Tensor {
  const [e, d] = asTensors(error, delta) as [Tensor, Tensor];
  requireDelta(d);
  const size = abs(e);
  return where(lessEqual(size, d), 0, sub(size, d));
}
