import type { Edge, Question } from "../problem.js";
import { random } from "../random.js";
import { show, type Value } from "../value.js";
import { type Truth, truthAt } from "./truth.js";

/** 裁判要问的一个点。 */
export interface Point {
  args: Value[];
  truth: Truth;
  /** 边界点的名字；随机点没有。 */
  edge?: string;
  /** 边界点用到的约定。 */
  convention?: string;
  /** 这一点经过的分支。 */
  branches: string[];
}

export interface Points {
  points: Point[];
  /** 抽不到有把握的点的分支。 */
  undecided: string[];
  /** 题目自己的两个判据不相容。 */
  fault?: string;
}

const PER_BRANCH = 4;
const ATTEMPTS = 25;

/** 最近一次抽的点：判一批提交时用同一个种子，真值只算一次。 */
const recent = new WeakMap<Question, { seed: number; points: Points }>();

/** 由种子抽点：每个分支抽几个离拐点够远的点，再加上全部边界点。 */
export function drawPoints(question: Question, seed: number): Points {
  const kept = recent.get(question);
  if (kept?.seed === seed) return kept.points;
  const points = draw(question, seed);
  recent.set(question, { seed, points });
  return points;
}

function draw(question: Question, seed: number): Points {
  const result: Points = { points: [], undecided: [] };
  const add = (args: Value[], truth: Truth, edge?: Edge) => {
    if (truth.fault !== undefined) result.fault ??= `参数 ${show(args)}，${truth.fault}`;
    const point: Point = { args, truth, branches: question.branchesOf(...args) };
    if (edge !== undefined) point.edge = edge.title;
    if (edge?.convention !== undefined) point.convention = edge.convention;
    result.points.push(point);
  };
  for (const branch of question.branches) {
    const rng = random(seed, `${question.id}/${branch.id}`);
    let drawn = 0;
    for (let attempt = 0; attempt < ATTEMPTS && drawn < PER_BRANCH; attempt++) {
      const args = question.sample(rng, branch.id);
      if (!question.branchesOf(...args).includes(branch.id)) continue;
      const truth = truthAt(question, args);
      // 区间宽：这一点太靠近拐点，换一个。
      if (!truth.sharp) continue;
      add(args, truth);
      drawn++;
    }
    if (drawn < PER_BRANCH) result.undecided.push(branch.id);
  }
  for (const edge of question.edges) add(edge.args, truthAt(question, edge.args), edge);
  return result;
}
