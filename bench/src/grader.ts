import { accuracyRows } from "./grader-accuracy.js";
import { type BenchResult, machine } from "./result.js";

/** 判分：判断的准确。 */
export async function suite(): Promise<BenchResult> {
  return { version: 1, suite: "grader", machine: machine(), rows: accuracyRows() };
}
