import { intervalDerivative, judgeDerivative } from "@tidu/kernel-lib";
import type { Problem, Question } from "../problem.js";
import { type Rng, random } from "../random.js";
import { maxAbs, numbers, replaceLeaf, type Value } from "../value.js";
import { compose } from "./compositions.js";
import { checkGradsAccepts, gradcheckAccepts } from "./peers.js";
import { accepts, positions, type Truth, truthAt } from "./truth.js";

/** 一类例子里，某个判断者判错与没有把握的个数。 */
export interface Tally {
  /** 正确的梯度：一共几个，拒绝了几个。 */
  right: number;
  rejected: number;
  /** 错误的梯度：一共几个，接受了几个。 */
  wrong: number;
  accepted: number;
  /** 没有把握的（同类工具没有这一项）。 */
  undecided: number;
}

export interface Accuracy {
  cases: number;
  /** 题目自己的判据不相容的点数，应为 0。 */
  faults: number;
  /** 判断者 → 例子的种类 → 个数；种类「合计」是全部。 */
  judges: Record<JudgeName, Record<string, Tally>>;
}

export type JudgeName = "tidu" | "interval" | "gradcheck" | "check_grads";
type Opinion = "right" | "wrong" | "undecided";

/** 一个点，以及在它上面要判断的几个梯度。 */
interface Spot {
  question: Question;
  args: Value[];
  /** 恰在拐点上（或边界点）：与约定比较，不要求区间窄。 */
  edge: boolean;
  claims: { kind: string; claim: number[]; right: boolean }[];
}

/**
 * 造出至少 `count` 个正确与错误的梯度，看各个判断者判错几个：正确的、写错的、乘 1.001、
 * |g|=1e-6 处反号、拐点上与拐点旁；来自全部梯度题与随机的复合函数。同一个种子总得到同样的数。
 */
export function measureAccuracy(problems: Problem[], count: number, seed = 1): Accuracy {
  const result: Accuracy = {
    cases: 0,
    faults: 0,
    judges: { tidu: {}, interval: {}, gradcheck: {}, check_grads: {} },
  };
  const questions = problems
    .flatMap((problem) => problem.questions)
    .filter(({ truth, tensors }) => truth.kind === "gradient" && tensors !== true);
  const share = count / 2;
  // 一半来自题目，一半来自随机复合函数；题目轮流出点，直到够数。
  for (let round = 0; result.cases < share; round++) {
    for (const question of questions) {
      if (result.cases >= share) break;
      for (const spot of fromQuestion(question, random(seed, `${question.id}/${round}`), round))
        examine(spot, result, random(seed, `direction/${result.cases}`));
    }
  }
  for (let round = 0; result.cases < count; round++) {
    for (const spot of fromComposition(random(seed, `composition/${round}`)))
      examine(spot, result, random(seed, `direction/${result.cases}`));
  }
  return result;
}

/** 一道题的一轮：每个分支一个点；第一轮再加上全部边界点。 */
function* fromQuestion(question: Question, rng: Rng, round: number): Iterable<Spot> {
  for (const { id } of question.branches) {
    yield withClaims(question, question.sample(rng, id), false, mutants(question));
  }
  if (round > 0) return;
  for (const { args } of question.edges) yield withClaims(question, args, true, mutants(question));
}

const mutants = ({ mutants }: Question) =>
  mutants.map(({ id, fn }) => ({ id, claim: (args: Value[]) => numbers(fn(...args)) }));

/** 一个随机函数：一个普通的点、把梯度压到 1e-6 的同一个点、恰在拐点上与紧挨着拐点的点。 */
function* fromComposition(rng: Rng): Iterable<Spot> {
  const start = rng.integer(0, 2 ** 31 - 1);
  const plain = compose(random(start));
  const point = plain.question.sample(rng, "")[0] as number[];
  const size = maxAbs(plain.question.reference(point));
  const wrongs = (made: typeof plain) =>
    Array.from({ length: made.steps }, (_, k) => ({
      id: "",
      claim: ([x]: Value[]) => made.mutant(x as number[], k),
    }));
  yield withClaims(plain.question, [point], false, wrongs(plain));
  if (size > 1e-3) {
    const tiny = compose(random(start), 1e-6 / size);
    yield withClaims(tiny.question, [point], false, [], "|g|=1e-6");
  }
  const { kinkPoint } = plain;
  if (kinkPoint === null) return;
  yield withClaims(plain.question, [kinkPoint], true, [], "拐点上");
  const beside = rng.sign() * 10 ** rng.uniform(-6, -2);
  yield withClaims(plain.question, [kinkPoint.with(0, kinkPoint[0]! + beside)], false, [], "拐点旁");
}

function withClaims(
  question: Question,
  args: Value[],
  edge: boolean,
  wrongs: { claim: (args: Value[]) => number[] }[],
  name = edge ? "拐点上" : "随机点",
): Spot {
  const right = numbers(question.reference(...args));
  const scale = Math.max(maxAbs(args), maxAbs(right));
  const claims: Spot["claims"] = [{ kind: `${name}：正确`, claim: right, right: true }];
  const add = (kind: string, claim: number[]) => {
    if (differs(claim, right, scale)) claims.push({ kind, claim, right: false });
  };
  for (const { claim } of wrongs) add(`${name}：写错`, claim(args));
  add(
    `${name}：乘 1.001`,
    right.map((x) => 1.001 * x),
  );
  add(
    `${name}：反号`,
    right.map((x) => -x),
  );
  // 只有绝对值最小的那个坐标反号，别的都对：最难发现。
  const least = right.reduce(
    (k, x, i) => (x !== 0 && !(Math.abs(x) >= Math.abs(right[k] || Infinity)) ? i : k),
    -1,
  );
  if (least >= 0 && right.length > 1) add(`${name}：一个坐标反号`, right.with(least, -right[least]!));
  if (edge)
    add(
      `${name}：越出次梯度`,
      right.map((x) => x + 2.5 * Math.max(1, Math.abs(x))),
    );
  return { question, args, edge, claims };
}

/** 真的错了：某个坐标差出十万分之一以上。错法在这个点上恰好与正确答案相同时不算。 */
function differs(claim: number[], right: number[], scale: number): boolean {
  if (claim.length !== right.length) return false;
  return claim.some((x, i) => !(Math.abs(x - right[i]!) <= 1e-5 * Math.abs(right[i]!) + 1e-11 * scale));
}

function examine({ question, args, edge, claims }: Spot, result: Accuracy, rng: Rng): void {
  const truth = truthAt(question, args);
  if (truth.fault !== undefined) result.faults++;
  const { f, x } = flat(question, args);
  const intervals = x.map((v, i) => intervalDerivative((t) => f(x.with(i, t)), v));
  const directions = rng.integer(0, 2 ** 31 - 1);
  for (const { kind, claim, right } of claims) {
    result.cases++;
    const opinions: Record<JudgeName, Opinion> = {
      tidu: truth.sharp || edge ? verdict(truth, claim) : "undecided",
      interval: worstOf(intervals.map((d, i) => judgeDerivative(claim[i]!, d))),
      gradcheck: gradcheckAccepts(f, x, claim) ? "right" : "wrong",
      check_grads: checkGradsAccepts(f, x, claim, random(directions)) ? "right" : "wrong",
    };
    for (const [name, opinion] of Object.entries(opinions) as [JudgeName, Opinion][]) {
      count(result.judges[name], kind, right, opinion);
      count(result.judges[name], TOTAL, right, opinion);
    }
  }
}

export const TOTAL = "合计";

function verdict(truth: Truth, claim: number[]): Opinion {
  const expected = numbers(truth.value);
  return claim.every((x, i) => accepts(truth, i, x, expected[i]!)) ? "right" : "wrong";
}

function worstOf(opinions: Opinion[]): Opinion {
  return opinions.includes("wrong") ? "wrong" : opinions.includes("undecided") ? "undecided" : "right";
}

function count(table: Record<string, Tally>, kind: string, right: boolean, opinion: Opinion): void {
  const tally = (table[kind] ??= { right: 0, rejected: 0, wrong: 0, accepted: 0, undecided: 0 });
  tally[right ? "right" : "wrong"]++;
  if (opinion === "undecided") tally.undecided++;
  else if (right && opinion === "wrong") tally.rejected++;
  else if (!right && opinion === "right") tally.accepted++;
}

/** 把题目的前向写成一个向量的函数：求导的那几个参数首尾相接。 */
function flat({ truth }: Question, args: Value[]): { f: (x: number[]) => number; x: number[] } {
  if (truth.kind !== "gradient") throw new Error("只用于梯度题");
  const where = positions(truth.wrt);
  const x = where.flatMap((position) => numbers(args[position]!));
  const f = (values: number[]): number => {
    let used = 0;
    const filled = [...args];
    for (const position of where) {
      const size = numbers(args[position]!).length;
      for (let k = 0; k < size; k++) filled[position] = replaceLeaf(filled[position]!, k, values[used++]!);
    }
    return truth.forward(...filled);
  };
  return { f, x };
}
