import type { Answer, Ask } from "./answer.js";
import { readAnswer } from "./answer.js";
import { judgeQuestion } from "./judge/judge.js";
import { call, UNANSWERED } from "./learner/wire.js";
import type { Problem, Question } from "./problem.js";
import { random } from "./random.js";
import { numbers, show, type Value } from "./value.js";
import { forStudent } from "./variant.js";

/** 自检发现的一处毛病。 */
export interface Flaw {
  question: string;
  mutant: string | null;
  detail: string;
}

/** 把一个函数接成提问的通道（不隔离，自检与笔记本内的检查用）。 */
export function askFunction(fn: unknown): Ask {
  return async (_name, args, form): Promise<Answer> => readAnswer(await call(fn, args, form));
}

/** 问题目自己的函数（标准答案、错法）。它们收发普通的数；张量题把结果舍入到 float32，当作张量的回答。 */
export function askClosed(question: Question, fn: (...args: any[]) => Value): Ask {
  return async (_name, args): Promise<Answer> => {
    if (question.tensors !== true) return readAnswer(await call(fn, args));
    return { ...readAnswer(await call(() => rounded(fn(...args)), [])), device: "cpu" } as Answer;
  };
}

function rounded(value: Value): Value {
  if (typeof value === "number") return Math.fround(value);
  if (Array.isArray(value)) return value.map(rounded);
  return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, rounded(child)]));
}

/**
 * 题目自检：标准答案与另一种写法的正确答案得满分；手算的例子对得上；
 * 每种错法被拒绝，诊断为它自己或不诊断，绝不诊断为别的错法；没有作答时得零分；慢的写法结果对。
 * 有变体的题，每个种子换一份变体。
 */
export async function selfTest(problem: Problem, seeds: number[]): Promise<Flaw[]> {
  const flaws: Flaw[] = [];
  for (const question of problem.questions) {
    const flaw: Report = (mutant, detail) => flaws.push({ question: question.id, mutant, detail });
    for (const seed of seeds) {
      const variant = forStudent(question, question.variants && `学习者 ${seed}`);
      await testQuestion(variant, problem, seed, flaw);
    }
    await testUnanswered(question, flaw);
    testWorked(question, problem, flaw);
    for (const mutant of question.mutants) {
      if (mutant.says === undefined) flaw(mutant.id, "没有说明文字");
    }
  }
  return flaws;
}

type Report = (mutant: string | null, detail: string) => void;

async function testQuestion(question: Question, problem: Problem, seed: number, flaw: Report): Promise<void> {
  const judged = (ask: Ask) => judgeQuestion(question, ask, { seed, speed: false });
  const own = await judged(askClosed(question, question.reference));
  if (own.verdict !== "right") flaw(null, `种子 ${seed}：标准答案被判为 ${own.verdict}：${own.message}`);
  for (const [branch, count] of Object.entries(own.coverage)) {
    if (count === 0) flaw(null, `种子 ${seed}：分支 ${branch} 没有走到`);
  }
  // 变体的常数不在参数里，另一种写法只对没有变体的题成立。
  const alternative = question.variants === undefined && problem.oracles.alternatives[question.id];
  if (alternative) {
    const other = await judged(askFunction(alternative));
    if (other.verdict !== "right")
      flaw(null, `种子 ${seed}：另一种写法的正确答案被判为 ${other.verdict}：${other.message}`);
  }
  for (const mutant of question.mutants) {
    const verdict = await judged(askClosed(question, mutant.fn));
    if (verdict.verdict !== "wrong") flaw(mutant.id, `种子 ${seed}：错法被判为 ${verdict.verdict}`);
    if (verdict.diagnosis !== null && verdict.diagnosis !== mutant.id) {
      flaw(mutant.id, `种子 ${seed}：误诊为 ${verdict.diagnosis}`);
    }
  }
  if (question.speed === undefined) return;
  const args = question.sample(random(seed, question.id), question.branches[0]!.id);
  const [slow, right] = [question.speed.naive(...args), question.reference(...args)].map(numbers);
  if (!right!.every((x, i) => Math.abs(slow![i]! - x) <= 1e-9 * Math.max(1, Math.abs(x))))
    flaw(null, `种子 ${seed}：慢的写法与标准答案不一致`);
}

/** 练习里没动过的样子：抛出占位的错误。要得零分，不能出岔子。 */
async function testUnanswered(question: Question, flaw: Report): Promise<void> {
  const placeholder = () => {
    throw new Error(`${UNANSWERED}：${question.fn}`);
  };
  for (const fn of [placeholder, undefined]) {
    const { verdict, score } = await judgeQuestion(question, askFunction(fn), { seed: 1 });
    if (verdict !== "unanswered" || score !== 0) flaw(null, `没有作答被判为 ${verdict}，${score} 分`);
  }
}

function testWorked(question: Question, { oracles }: Problem, flaw: Report): void {
  for (const [id, args, expected] of oracles.worked) {
    if (id !== question.id) continue;
    const actual = numbers(question.reference(...args));
    const numbersExpected = numbers(expected);
    const same =
      actual.length === numbersExpected.length &&
      actual.every((x, i) => Math.abs(x - numbersExpected[i]!) <= 1e-12 * Math.max(1, Math.abs(x)));
    if (!same)
      flaw(
        null,
        `手算的例子 ${show(args)}：标准答案得 ${show(question.reference(...args))}，题面写 ${show(expected)}`,
      );
  }
}
