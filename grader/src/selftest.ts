import type { Answer, Ask } from "./answer.js";
import { readAnswer } from "./answer.js";
import { judgeQuestion } from "./judge/judge.js";
import { call } from "./learner/wire.js";
import { mistakes } from "./mistakes/index.js";
import type { Problem, Question } from "./problem.js";

/** 自检发现的一处毛病。 */
export interface Flaw {
  question: string;
  mutant: string | null;
  detail: string;
}

/** 把一个函数接成提问的通道（不隔离，自检与笔记本内的检查用）。 */
export function askFunction(fn: unknown): Ask {
  return async (_name, args): Promise<Answer> => readAnswer(await call(fn, args));
}

/** 题目自检：标准答案得满分；每种错法被拒绝，诊断为它自己或不诊断，绝不诊断为别的错法。 */
export async function selfTest(problem: Problem, seeds: number[]): Promise<Flaw[]> {
  const flaws: Flaw[] = [];
  for (const question of problem.questions) {
    for (const seed of seeds) flaws.push(...(await testQuestion(question, seed)));
  }
  return flaws;
}

async function testQuestion(question: Question, seed: number): Promise<Flaw[]> {
  const flaws: Flaw[] = [];
  const flaw = (mutant: string | null, detail: string) =>
    flaws.push({ question: question.id, mutant, detail });
  const own = await judgeQuestion(question, askFunction(question.reference), { seed });
  if (own.verdict !== "right") flaw(null, `种子 ${seed}：标准答案被判为 ${own.verdict}：${own.message}`);
  for (const [branch, count] of Object.entries(own.coverage)) {
    if (count === 0) flaw(null, `种子 ${seed}：分支 ${branch} 没有走到`);
  }
  for (const mutant of question.mutants) {
    const verdict = await judgeQuestion(question, askFunction(mutant.fn), { seed });
    if (verdict.verdict !== "wrong") flaw(mutant.id, `种子 ${seed}：错法被判为 ${verdict.verdict}`);
    if (verdict.diagnosis !== null && verdict.diagnosis !== mutant.id) {
      flaw(mutant.id, `种子 ${seed}：误诊为 ${verdict.diagnosis}`);
    }
    if (!Object.hasOwn(mistakes, `${question.id}/${mutant.id}`)) flaw(mutant.id, "没有说明文字");
  }
  return flaws;
}
