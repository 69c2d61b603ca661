import type { Question, Wrt } from "../problem.js";
import { maxAbs, numbers, replaceLeaf, type Value } from "../value.js";
import { type Interval, slopeInterval } from "./interval.js";

/** 一个点上的真值：闭式答案，以及第二个判据给出的每个坐标的区间。 */
export interface Truth {
  value: Value;
  /** 与 `value` 的数一一对应。 */
  intervals: Interval[];
  /** 答案与参数的量级，定绝对误差用。 */
  scale: number;
  /** 每个坐标的区间都足够窄：这一点不在拐点附近。 */
  sharp: boolean;
  /** 两个判据不相容：题目自己错了。 */
  fault?: string;
}

const EPSILON = 2 ** -52;
/** 相对误差：容得下 float32 的结果，容不下差千分之一的。 */
export const RELATIVE = 1e-6;
/** 区间宽过量级的这么多倍，就算没有把握。 */
const SHARP = 1e-3;

/** 舍入误差的上限：只与量级有关，不因梯度小而放宽符号。 */
export function slack(expected: number, scale: number): number {
  return RELATIVE * Math.abs(expected) + 64 * EPSILON * scale;
}

/** 两个数在舍入误差内相同；NaN 与 NaN 相同（比较错法时要用）。 */
export function close(actual: number, expected: number, scale: number): boolean {
  if (Number.isNaN(expected) || Number.isNaN(actual)) return Number.isNaN(expected) && Number.isNaN(actual);
  if (!Number.isFinite(expected) || !Number.isFinite(actual)) return actual === expected;
  return Math.abs(actual - expected) <= slack(expected, scale);
}

/** 求一个点的真值。真值只由参考前向与闭式得出，从不看学习者的函数。 */
export function truthAt(question: Question, args: Value[]): Truth {
  const value = question.reference(...args);
  const expected = numbers(value);
  const scale = Math.max(maxAbs(args), maxAbs(value));
  const intervals = question.truth.kind === "value" ? [exact(question, args)] : slopes(question, args);
  const size = Math.max(maxAbs(value), 1e-6 * scale);
  const sharp = intervals.every(({ low, high }) => high - low <= SHARP * size);
  const truth: Truth = { value, intervals, scale, sharp };
  expected.forEach((x, i) => {
    if (inside(x, intervals[i], scale)) return;
    truth.fault ??= `第 ${i + 1} 个坐标：闭式 ${x}，第二判据 [${intervals[i]?.low}, ${intervals[i]?.high}]`;
  });
  return truth;
}

/** 数落在区间内（加上舍入误差）。 */
export function inside(x: number, interval: Interval | undefined, scale: number): boolean {
  if (interval === undefined || !Number.isFinite(x)) return false;
  const margin = slack(x, scale);
  return x >= interval.low - margin && x <= interval.high + margin;
}

function exact(question: Question, args: Value[]): Interval {
  if (question.truth.kind !== "value") throw new Error("只用于值题");
  const second = question.truth.second(...args);
  return { low: second, high: second };
}

/** 对 `wrt` 指出的每个数做有限差分，次序与返回值的数一致。 */
function slopes(question: Question, args: Value[]): Interval[] {
  if (question.truth.kind !== "gradient") throw new Error("只用于梯度题");
  const { forward, wrt } = question.truth;
  return positions(wrt).flatMap((position) => {
    const argument = args[position]!;
    return numbers(argument).map((x, index) =>
      slopeInterval((t) => forward(...args.with(position, replaceLeaf(argument, index, t))), x),
    );
  });
}

function positions(wrt: Wrt): number[] {
  return typeof wrt === "number" ? [wrt] : Object.values(wrt);
}
