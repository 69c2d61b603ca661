import type { Rng } from "./random.js";
import type { Value } from "./value.js";

/** 一道判分题集：同一个主题下的若干小题。 */
export interface Problem {
  id: string;
  title: string;
  questions: Question[];
}

/** 一道小题：学习者写一个函数，裁判用随机点与边界点问它。全部是数据与纯函数。 */
export interface Question {
  /** 稳定的名字，如 `huber.grad`。 */
  id: string;
  /** 学习者要定义的函数。 */
  fn: string;
  /** 函数签名，给人看。 */
  signature: string;
  title: string;
  points: number;
  /** 每个参数的名字，报告里用。 */
  params: string[];
  /** 标准答案（闭式）。 */
  reference(...args: any[]): Value;
  /** 第二个判据，与闭式互相核对。 */
  truth: Truth;
  branches: Branch[];
  /** 抽一个落在指定分支上的点。 */
  sample(rng: Rng, branch: string): Value[];
  /** 一个点实际经过的分支（批量题可以经过几个）。 */
  branchesOf(...args: any[]): string[];
  /** 拐点上与拐点旁的点：与书中的约定比较。 */
  edges: Edge[];
  /** 三级提示，由浅入深。 */
  hints: [string, string, string];
  /** 常见的错法；说明文字在 messages.ts。 */
  mutants: Mutant[];
}

export type Truth =
  /** 值题：同一个量的另一个公式。 */
  | { kind: "value"; second(...args: any[]): number }
  /** 梯度题：对标量函数 `forward` 做有限差分；`wrt` 指出对哪个参数求导，形状与返回值相同。 */
  | { kind: "gradient"; forward(...args: any[]): number; wrt: Wrt };

/** 参数的序号；返回值是记录时，逐个字段给出参数的序号。 */
export type Wrt = number | Record<string, number>;

export interface Branch {
  id: string;
  title: string;
}

export interface Edge {
  title: string;
  args: Value[];
}

export interface Mutant {
  /** 在一道小题内唯一，如 `tail-sign`。 */
  id: string;
  fn(...args: any[]): Value;
}
