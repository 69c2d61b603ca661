import { type Ask, askEach, decode } from "../answer.js";
import type { Question } from "../problem.js";
import { leaves, numbers, type Value } from "../value.js";
import { moved, positions } from "./truth.js";

/** 学习者与正确答案的对照图；只是数据，由 report/picture.ts 画成 SVG。 */
export type Picture =
  /** 让一个坐标走过最坏的点，看两条曲线。 */
  | { kind: "line"; axis: string; x: number[]; learner: (number | null)[]; truth: number[]; at: number }
  /** 最坏的点上逐个坐标对照。 */
  | { kind: "bars"; labels: string[]; learner: (number | null)[]; truth: number[] };

const STEPS = 24;
const MOST_BARS = 24;

/** 最坏的点：参数、正确答案、学习者的回答、差得最多的坐标的序号。 */
export interface Spot {
  args: Value[];
  truth: Value;
  answer: Value;
  index: number;
}

/**
 * 画最坏的点。返回值有几个数时逐个对照，不再提问；只有一个数时让一个自变量左右移动，多问 25 次。
 * 提问失败就不画。
 */
export async function drawPicture(question: Question, ask: Ask, spot: Spot): Promise<Picture | undefined> {
  const truth = leaves(spot.truth);
  if (truth.length > 1) return bars(spot);
  const axis = chooseAxis(question, spot.args);
  if (axis === undefined) return undefined;
  const [position, index, centre] = axis;
  const reach = Math.max(0.5, Math.min(5, 1.5 * Math.abs(centre)));
  const picture: Picture = {
    kind: "line",
    axis: question.params[position]! + leaves(spot.args[position]!)[index]!.path,
    x: [],
    learner: [],
    truth: [],
    at: centre,
  };
  const spots = Array.from({ length: STEPS + 1 }, (_, k) => {
    const t = centre + reach * ((2 * k) / STEPS - 1);
    const args = moved(spot.args, position, index, t);
    return { t, args, expected: question.reference(...args) };
  }).filter(({ expected }) => Number.isFinite(numbers(expected)[0]));
  const inputs = spots.map(({ args }) => args);
  for await (const answer of askEach(ask, question.fn, inputs, question.tensors ? "tensors" : "numbers")) {
    if (answer.kind !== "value") return undefined;
    const { t, expected } = spots[picture.x.length]!;
    const decoded = decode(answer.value, expected);
    const got = "problem" in decoded ? null : numbers(decoded.value)[0]!;
    picture.x.push(t);
    picture.truth.push(numbers(expected)[0]!);
    picture.learner.push(got !== null && Number.isFinite(got) ? got : null);
  }
  return picture.x.length >= 3 ? picture : undefined;
}

/** 坐标太多时，取差得最多的那一个附近的一段。 */
function bars({ truth, answer, index }: Spot): Picture {
  const expected = leaves(truth);
  const got = numbers(answer);
  const from = Math.max(0, Math.min(index - MOST_BARS / 2, expected.length - MOST_BARS));
  const part = expected.slice(from, from + MOST_BARS);
  return {
    kind: "bars",
    labels: part.map(({ path }) => path),
    truth: part.map(({ value }) => value),
    learner: part.map((_, k) => {
      const x = got[from + k]!;
      return Number.isFinite(x) ? x : null;
    }),
  };
}

/** 沿哪个自变量走：梯度题是求导的那一个，值题是第一个非整数；整数多半是序号或开关，不能连续变动。 */
function chooseAxis(
  { truth }: Question,
  args: Value[],
): [position: number, index: number, x: number] | undefined {
  if (truth.kind === "gradient") {
    const [position] = positions(truth.wrt);
    const [x] = numbers(args[position!]!);
    return x === undefined ? undefined : [position!, 0, x];
  }
  for (const [position, argument] of args.entries()) {
    const index = numbers(argument).findIndex((x) => !Number.isInteger(x));
    if (index >= 0) return [position, index, numbers(argument)[index]!];
  }
  return undefined;
}
