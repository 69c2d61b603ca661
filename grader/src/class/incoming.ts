import type { Submission } from "../submission/collect.js";
import { SubmissionError } from "../submission/error.js";
import { exerciseOf } from "../submission/match.js";
import { readNotebook } from "../submission/notebook.js";

/** 等着判的一份提交，连同交上来的时刻（毫秒）。 */
export type Incoming = Submission & { received: number };

/** 一份一份地给：全班的内容不会同时在内存里。 */
export type Inbox = AsyncIterable<Incoming> | Iterable<Incoming>;

/** 它属于哪一份作业；认不出、读不出时为空。 */
export function assignmentOf(incoming: Incoming): string {
  if ("reason" in incoming) return "";
  try {
    return exerciseOf(readNotebook(incoming.path, incoming.bytes)).exercise ?? "";
  } catch (error) {
    if (error instanceof SubmissionError) return "";
    throw error;
  }
}

/** 路径写错了，不是谁交的东西：不进成绩册。 */
export function isTypo(reason: SubmissionError): boolean {
  return reason.id === "TIDU-GRADE-101" || reason.id === "TIDU-GRADE-102";
}

/** 记进成绩册的内容；读不出来的，记下原因。 */
export function contentOf(incoming: Incoming): Uint8Array {
  return "reason" in incoming ? new TextEncoder().encode(incoming.reason.message) : incoming.bytes;
}
