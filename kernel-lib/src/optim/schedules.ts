import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { add, div, mul, sub } from "../primitives/arithmetic.js";
import { pow } from "../primitives/exponential.js";
import { clip } from "../primitives/extremes.js";
import { less, where } from "../primitives/select.js";
import { cos } from "../primitives/trigonometry.js";
import type { Tensor, TensorLike } from "../tensor.js";

/** 学习率随步数变化：给步数（从 0 起），得学习率。 */
export type Schedule = (step: TensorLike) => Tensor;

function requireSteps(op: string, steps: number): void {
  if (steps > 0) return;
  throw new TiduError("TIDU-OPTIM-001", `${op}：步数要是正数，得到的是 ${steps}。`);
}

/**
 * 不变的学习率。
 *
 * @example
 * constantSchedule(0.1)(100).item() // => 0.1
 */
export function constantSchedule(rate: TensorLike): Schedule {
  return () => asTensor(rate);
}

/**
 * 指数衰减：rate·decay^(t/steps)，每过 steps 步乘一次 decay。steps 不是正数抛 TIDU-OPTIM-001。
 *
 * @example
 * exponentialDecay(1, 0.5, 10)(20).item() // => 0.25
 */
export function exponentialDecay(rate: TensorLike, decay: TensorLike, steps: number): Schedule {
  requireSteps("exponentialDecay", steps);
  return (step) => mul(rate, pow(decay, div(step, steps)));
}

/**
 * 余弦退火：从 rate 沿半个余弦降到 final（缺省 0），steps 步之后不变。来源：Loshchilov 与 Hutter，2016（arXiv:1608.03983）。
 *
 * @example
 * [0, 5, 10, 99].map((t) => cosineDecay(1, 10)(t).item()) // => [1, 0.5, 0, 0]
 */
export function cosineDecay(rate: TensorLike, steps: number, final: TensorLike = 0): Schedule {
  requireSteps("cosineDecay", steps);
  return (step) => {
    const t = clip(div(step, steps), 0, 1);
    const weight = mul(0.5, add(1, cos(mul(Math.PI, t))));
    return add(mul(sub(rate, final), weight), final);
  };
}

/**
 * 预热：前 steps 步从 0 线性升到 after 的初值，之后照 after（从它的第 0 步起）。
 *
 * @example
 * const rate = warmup(4, cosineDecay(1, 10));
 * [0, 2, 4, 9].map((t) => rate(t).item()) // => [0, 0.5, 1, 0.5]
 */
export function warmup(steps: number, after: Schedule): Schedule {
  requireSteps("warmup", steps);
  return (step) => {
    const t = asTensor(step);
    return where(less(t, steps), mul(div(t, steps), after(0)), after(sub(t, steps)));
  };
}
