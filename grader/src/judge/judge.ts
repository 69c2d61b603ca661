import { type Answer, type Ask, askEach, decode } from "../answer.js";
import { messages } from "../messages.js";
import type { Problem, Question } from "../problem.js";
import { leaves, numbers, type Value } from "../value.js";
import { type Asked, commonRatio, diagnose } from "./diagnosis.js";
import { drawPicture, type Picture, type Spot } from "./picture.js";
import { drawPoints, type Point } from "./points.js";
import { type Clock, judgeSpeed, wallClock } from "./speed.js";
import { toleranceOf } from "./tolerance.js";
import { accepts } from "./truth.js";
import type { Worst } from "./worst.js";

export type VerdictKind = "right" | "wrong" | "undecided" | "unanswered" | "error";

export interface Verdict {
  id: string;
  fn: string;
  title: string;
  verdict: VerdictKind;
  score: number;
  maxScore: number;
  /** 认出的错法；认不出为 null。 */
  diagnosis: string | null;
  message: string;
  worst?: Worst;
  /** 学习者与正确答案的对照；值不对时才有。 */
  picture?: Picture;
  /** 每个分支问了几个点。 */
  coverage: Record<string, number>;
  /** 每个分支错了几个点。 */
  failed: Record<string, number>;
  /** 一共问了几次（画图另外问的不算）。 */
  asked: number;
  /** 容许多大的误差，一句话。 */
  tolerance: string;
  /** 张量题在哪个设备上算的。 */
  device?: string;
}

export interface JudgeOptions {
  seed: number;
  /** 计时用的钟，毫秒；缺省 performance.now。 */
  now?: Clock;
  /** false：不问大的输入（自检用，与时间无关）。 */
  speed?: boolean;
}

/** 判一个题集的全部小题。 */
export async function judge(problem: Problem, ask: Ask, options: JudgeOptions): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const question of problem.questions) verdicts.push(await judgeQuestion(question, ask, options));
  return verdicts;
}

/**
 * 判一道小题。`ask` 只回答“对这组参数你的函数返回什么”；种子、测试点、标准答案都留在这一边。
 *
 * @example
 * const verdict = await judgeQuestion(question, ask, { seed: 1 });
 * console.log(verdict.verdict, verdict.message);
 */
export async function judgeQuestion(
  question: Question,
  ask: Ask,
  { seed, now = wallClock, speed = true }: JudgeOptions,
): Promise<Verdict> {
  const { points, undecided, fault } = drawPoints(question, seed);
  const verdict: Verdict = {
    id: question.id,
    fn: question.fn,
    title: question.title,
    verdict: "right",
    score: 0,
    maxScore: question.points,
    diagnosis: null,
    message: "",
    coverage: Object.fromEntries(question.branches.map(({ id }) => [id, 0])),
    failed: {},
    asked: 0,
    tolerance: toleranceOf(question).text,
  };
  const end = (kind: VerdictKind, message: string): Verdict => ({ ...verdict, verdict: kind, message });
  if (fault !== undefined) return end("error", messages.problemFault(question.id, fault));

  const answered: Asked[] = [];
  let misshapen: string | undefined;
  const form = question.tensors === true ? "tensors" : "numbers";
  const inputs = points.map(({ args }) => args);
  for await (const answer of askEach(ask, question.fn, inputs, form)) {
    const point = points[verdict.asked++]!;
    if (answer.kind !== "value") {
      const kind = answer.kind === "unanswered" || answer.kind === "missing" ? "unanswered" : "error";
      return end(kind, noAnswer(question, answer, point));
    }
    if (question.tensors === true) {
      if (answer.device === undefined) return end("wrong", messages.notTensor(question.fn));
      verdict.device = answer.device;
    }
    const decoded = decode(answer.value, point.truth.value);
    if ("problem" in decoded) {
      misshapen ??= messages.shape(question.fn, show(question, point), decoded.problem);
      // 形状不对也可能是一种认得的错法（例如多转置了一次），问完再下结论。
      const value = shapedLikeMutant(question, point, answer.value);
      if (value === null) return end("wrong", misshapen);
      answered.push({ point, answer: value });
      continue;
    }
    answered.push({ point, answer: decoded.value });
    for (const branch of point.branches) if (branch in verdict.coverage) verdict.coverage[branch]!++;
  }

  if (misshapen !== undefined) return named(question, answered, end("wrong", misshapen));
  const found = worstOf(question, answered, verdict.failed);
  if (found !== null) {
    const { worst, spot } = found;
    const wrong = named(question, answered, { ...end("wrong", messages.worst(question, worst)), worst });
    const picture = await drawPicture(question, ask, spot);
    return picture === undefined ? wrong : { ...wrong, picture };
  }
  if (undecided.length > 0)
    return end("undecided", messages.undecided(undecided.map((id) => branchTitle(question, id))));
  const counts = messages.right(verdict.asked, question.branches.length, question.edges.length);
  const notes = verdict.device === undefined ? counts : counts + messages.ranOn(verdict.device);
  if (question.speed === undefined || !speed) return { ...end("right", notes), score: question.points };
  const large = await judgeSpeed(question, ask, seed, now);
  if (large.kind !== "right") return end(large.kind, large.message);
  return { ...end("right", notes + large.message), score: question.points };
}

/** 认出错法时说出来；认不出而各处是同一个倍数时，说出倍数。 */
function named(question: Question, answered: Asked[], wrong: Verdict): Verdict {
  const mutant = diagnose(question, answered);
  const { message } = wrong;
  if (mutant !== null)
    return { ...wrong, message: messages.diagnosed(mutant.says ?? mutant.id, message), diagnosis: mutant.id };
  const ratio = wrong.worst === undefined ? null : commonRatio(answered);
  return ratio === null ? wrong : { ...wrong, message: messages.ratio(ratio, message) };
}

/** 形状与某一种错法的返回值相同时，按那个形状读出；否则为 null。 */
function shapedLikeMutant(question: Question, point: Point, raw: unknown): Value | null {
  for (const mutant of question.mutants) {
    const decoded = decode(raw, mutant.fn(...point.args));
    if (!("problem" in decoded)) return decoded.value;
  }
  return null;
}

function noAnswer(question: Question, answer: Exclude<Answer, { kind: "value" }>, point: Point): string {
  const { fn } = question;
  switch (answer.kind) {
    case "unanswered":
      return messages.unanswered(fn, answer.fn);
    case "missing":
      return messages.missing(fn, answer.reason);
    case "throw":
      return messages.thrown(fn, show(question, point), answer.name, answer.message);
    case "timeout":
      if (answer.total) return messages.slow(fn, answer.seconds);
      return messages.timeout(fn, show(question, point), answer.seconds);
    case "crash":
      return messages.crash(fn, answer.reason);
  }
}

function show(question: Question, point: Point): string {
  return messages.call(question, point.args);
}

/** 差得最多的坐标；全部正确时为 null。正确：既在区间内，又与闭式相符。顺便数出每个分支错了几个点。 */
function worstOf(
  question: Question,
  answered: Asked[],
  failed: Record<string, number>,
): { worst: Worst; spot: Spot } | null {
  let found: { worst: Worst; spot: Spot } | null = null;
  let most = -1;
  for (const { point, answer } of answered) {
    const { args, edge, convention, branches } = point;
    const { value, scale } = point.truth;
    const got = numbers(answer);
    let wrong = false;
    leaves(value).forEach(({ path, value: expected }, index) => {
      const actual = got[index]!;
      if (accepts(point.truth, index, actual, expected)) return;
      wrong = true;
      const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-3 * scale, 1e-300);
      const size = Number.isNaN(error) ? Number.MAX_VALUE : error;
      // 差不多大的取先问的：幂与三角函数的末位因 Node 版本而异，不能由它决定报告里是哪一点。
      if (size <= most * (1 + 1e-9)) return;
      most = size;
      const place = edge ?? branches.map((id) => branchTitle(question, id)).join("、");
      const worst = { args, path, got: actual, expected, ratio: actual / expected, place };
      found = {
        worst: convention === undefined ? worst : { ...worst, convention },
        spot: { args, truth: value, answer, index },
      };
    });
    if (wrong) for (const branch of branches) failed[branch] = (failed[branch] ?? 0) + 1;
  }
  return found;
}

function branchTitle(question: Question, id: string): string {
  return question.branches.find((branch) => branch.id === id)?.title ?? id;
}
