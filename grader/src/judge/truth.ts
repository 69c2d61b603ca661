import { defaultDevice } from "@tidu/kernel-lib";
import type { Question, Wrt } from "../problem.js";
import { maxAbs, numbers, replaceLeaf, type Value } from "../value.js";
import { type Interval, slopeInterval } from "./interval.js";
import { close, slack, type Tolerance, toleranceOf } from "./tolerance.js";

/** 一个点上的真值：闭式答案，以及第二个判据给出的每个坐标的区间。 */
export interface Truth {
  value: Value;
  /** 与 `value` 的数一一对应。 */
  intervals: Interval[];
  /** 答案与参数的量级，定绝对误差用。 */
  scale: number;
  tolerance: Tolerance;
  /** 每个坐标的区间都足够窄：这一点不在拐点附近。 */
  sharp: boolean;
  /** 几个判据不相容：题目自己错了。 */
  fault?: string;
}

/** 区间宽过量级的这么多倍，就算没有把握。 */
const SHARP = 1e-3;
/** 梯度库与闭式只差舍入：两边的运算次序不同，放宽到这里。 */
const LIBRARY: Tolerance = { relative: 1e-6, absolute: 1e-11, text: "" };

/** 求一个点的真值。真值只由参考前向、闭式与梯度库得出，从不看学习者的函数。 */
export function truthAt(question: Question, args: Value[]): Truth {
  const value = question.reference(...args);
  const scale = Math.max(maxAbs(args), maxAbs(value));
  const intervals = secondOracle(question, args);
  const size = Math.max(maxAbs(value), 1e-6 * scale);
  const sharp = intervals.every(({ low, high }) => high - low <= SHARP * size);
  const truth: Truth = { value, intervals, scale, tolerance: toleranceOf(question), sharp };
  const fault = disagreement(truth) ?? libraryFault(question, args, truth);
  return fault === undefined ? truth : { ...truth, fault };
}

/** 只要闭式的真值：大的输入上别的判据太慢；闭式在小的输入上已经与它们核对过。 */
export function closedTruth(question: Question, args: Value[]): Truth {
  const value = question.reference(...args);
  const scale = Math.max(maxAbs(args), maxAbs(value));
  const intervals = numbers(value).map((x) => ({ low: x, high: x }));
  return { value, intervals, scale, tolerance: toleranceOf(question), sharp: true };
}

/** 第 `index` 个数对不对：既落在第二判据的区间内，又与闭式相符。 */
export function accepts(truth: Truth, index: number, actual: number, expected: number): boolean {
  const { intervals, scale, tolerance } = truth;
  return close(actual, expected, scale, tolerance) && inside(actual, intervals[index], scale, tolerance);
}

/** 数落在区间内（加上容许的误差）。 */
export function inside(x: number, interval: Interval | undefined, scale: number, t: Tolerance): boolean {
  if (interval === undefined || !Number.isFinite(x)) return false;
  const margin = slack(x, scale, t);
  return x >= interval.low - margin && x <= interval.high + margin;
}

function disagreement({ value, intervals, scale, tolerance }: Truth): string | undefined {
  const expected = numbers(value);
  if (expected.length !== intervals.length)
    return `闭式有 ${expected.length} 个数，第二判据有 ${intervals.length} 个`;
  const i = expected.findIndex((x, k) => !inside(x, intervals[k], scale, tolerance));
  if (i < 0) return undefined;
  return `第 ${i + 1} 个坐标：闭式 ${expected[i]}，第二判据 [${intervals[i]!.low}, ${intervals[i]!.high}]`;
}

function libraryFault(question: Question, args: Value[], { value, scale }: Truth): string | undefined {
  // 读者可能把缺省设备换成了 GPU：那里是 float32，又不能同步读取，不能当判据。
  if (question.library === undefined || defaultDevice().name !== "cpu") return undefined;
  const expected = numbers(value);
  const actual = numbers(question.library(...args));
  if (actual.length !== expected.length)
    return `闭式有 ${expected.length} 个数，梯度库有 ${actual.length} 个`;
  const i = expected.findIndex((x, k) => !(Math.abs(actual[k]! - x) <= slack(x, scale, LIBRARY)));
  return i < 0 ? undefined : `第 ${i + 1} 个坐标：闭式 ${expected[i]}，梯度库 ${actual[i]}`;
}

/** 第二个判据给出的区间，次序与返回值的数一致。 */
function secondOracle({ truth }: Question, args: Value[]): Interval[] {
  if (truth.kind === "value") return numbers(truth.second(...args)).map((x) => ({ low: x, high: x }));
  if (truth.kind === "gradient") {
    return positions(truth.wrt).flatMap((position) =>
      numbers(args[position]!).map((x, index) =>
        slopeInterval((t) => truth.forward(...moved(args, position, index, t)), x),
      ),
    );
  }
  // 雅可比矩阵：一行一个输出，一列一个输入。
  const outputs = numbers(truth.forward(...args));
  const inputs = numbers(args[truth.wrt]!);
  return outputs.flatMap((_, row) =>
    inputs.map((x, index) =>
      slopeInterval((t) => numbers(truth.forward(...moved(args, truth.wrt, index, t)))[row]!, x),
    ),
  );
}

/** 把第 `position` 个参数里的第 `index` 个数换成 t。 */
export function moved(args: Value[], position: number, index: number, t: number): Value[] {
  return args.with(position, replaceLeaf(args[position]!, index, t));
}

/** 梯度对哪几个参数求，次序与返回值的字段一致。 */
export function positions(wrt: Wrt): number[] {
  return typeof wrt === "number" ? [wrt] : Object.values(wrt).flatMap(positions);
}
