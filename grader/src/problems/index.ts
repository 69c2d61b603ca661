import type { Problem, Question } from "../problem.js";
import * as families from "./families.js";

/** 全部题集，按名字的字母次序；登记在 families.ts。 */
export const problems: Problem[] = Object.values(families);

/** 每份练习笔记本包含的题集。分母由这里定，不由学习者的笔记本定。 */
export const exercises: Record<string, Problem[]> = {};
for (const problem of problems) (exercises[problem.exercise] ??= []).push(problem);

/** 每种错法的说明：键是「题/错法」。 */
export const mistakes: Record<string, string> = Object.assign({}, ...problems.map((p) => p.mistakes));

const byId = new Map(
  problems.flatMap((problem) => problem.questions).map((question) => [question.id, question]),
);

export function findQuestion(id: string): Question | undefined {
  return byId.get(id);
}

export function questionIds(): string[] {
  return [...byId.keys()];
}
