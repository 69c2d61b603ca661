import type { Graded } from "../submission.js";
import type { Lateness, Policy } from "./late.js";

/** 收到的一份提交。 */
export interface Received {
  student: string;
  /** 作业名；认不出是哪一份练习时为空。 */
  assignment: string;
  path: string;
  /** 交上来的时刻，毫秒。 */
  received: number;
  content: Uint8Array;
}

/** 判分的一轮：同一轮用同一个种子，每份提交只记一次。 */
export interface Run {
  id: number;
  seed: number;
  /** 只重判这一题；null 表示整份判。 */
  question: string | null;
}

/** 判一份提交的结局：有分数，或者有一个不能判的原因。 */
export type Outcome =
  | { kind: "graded"; graded: Graded }
  | { kind: "refused"; path: string; id: string; message: string };

/** 成绩册里的一份提交，连同现在的成绩。 */
export interface Entry {
  submission: string;
  student: string;
  assignment: string;
  path: string;
  received: number;
  outcome: Outcome | null;
  late: Lateness;
  /** 扣过迟交以后的分数；没有成绩时为 0。 */
  final: number;
  /** 这个学生的这份作业以这一次为准。 */
  counts: boolean;
}

export interface AssignmentPolicy extends Policy {
  name: string;
}

/** 某一题在某一轮的结果。 */
export interface PastResult {
  run: number;
  seed: number;
  question: string;
  verdict: string;
  score: number;
  maxScore: number;
  message: string;
  graded: number;
}

/** 成绩册里记下的一件事。 */
export interface GradebookEvent {
  at: number;
  kind: "submitted" | "graded" | "refused" | "policy" | "extension" | "run";
  submission: string | null;
  run: number | null;
  detail: string;
}
