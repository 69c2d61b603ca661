import { exercises, findQuestion } from "../problems/index.js";

/** 测试里常用的那份练习。 */
export const LOSSES = "3-architectures/02-losses";

/** 一份练习的题名。 */
export function questionsIn(exercise: string): string[] {
  return exercises[exercise]!.flatMap(({ questions }) => questions.map(({ id }) => id));
}

/** 这些题一共几分。 */
export function pointsOf(ids: string[]): number {
  return ids.reduce((sum, id) => sum + findQuestion(id)!.points, 0);
}
