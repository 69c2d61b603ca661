import type { Problem, Question } from "../problem.js";
import { attention } from "./attention.js";
import { backprop } from "./backprop.js";
import { graphs } from "./graphs.js";
import { huber } from "./huber.js";
import { jacobian } from "./jacobian.js";
import { layers } from "./layers.js";
import { triplet } from "./triplet.js";
import { worked } from "./worked.js";

/** 全部题集。加一个题集：写一个文件，在这里登记。 */
export const problems: Problem[] = [backprop, attention, layers, huber, triplet, worked, jacobian, graphs];

/** 每份练习笔记本包含的题集。分母由这里定，不由学习者的笔记本定。 */
export const exercises: Record<string, Problem[]> = {
  "1-foundations/04-worked-example": [worked],
  "1-foundations/01-background": [layers],
  "1-foundations/02-core-concepts": [graphs],
  "1-foundations/03-backprop-steps": [backprop],
  "3-architectures/02-losses": [huber, triplet],
  "3-architectures/08-jacobian-regularization": [jacobian],
  "3-architectures/04-attention-temperature": [attention],
};

const byId = new Map(
  problems.flatMap((problem) => problem.questions).map((question) => [question.id, question]),
);

export function findQuestion(id: string): Question | undefined {
  return byId.get(id);
}

export function questionIds(): string[] {
  return [...byId.keys()];
}
