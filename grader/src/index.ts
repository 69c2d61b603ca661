/** 判分：题目、裁判、自检。这里没有 Node 专有的东西；沙箱在 `@tidu/grader/node`。 */
export { type Answer, type Ask, decode, readAnswer } from "./answer.js";
export { type Accuracy, type JudgeName, measureAccuracy, type Tally, TOTAL } from "./judge/accuracy.js";
export {
  type JudgeOptions,
  judge,
  judgeQuestion,
  type Verdict,
  type VerdictKind,
} from "./judge/judge.js";
export type { Picture } from "./judge/picture.js";
export type { Worst } from "./judge/worst.js";
export { messages } from "./messages.js";
export type { Branch, Edge, Mutant, Oracles, Problem, Question, Truth } from "./problem.js";
export { exercises, findQuestion, mistakes, problems, questionIds } from "./problems/index.js";
export { hash, type Rng, random } from "./random.js";
export { pictureSvg } from "./report/picture.js";
export { askClosed, askFunction, type Flaw, selfTest } from "./selftest.js";
export type { Value } from "./value.js";
export { claimedStudent, constantsFor, forStudent } from "./variant.js";
