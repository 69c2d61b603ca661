import { accuracyRows } from "./grader-accuracy.js";
import { throughputRows } from "./grader-throughput.js";
import { type BenchResult, machine } from "./result.js";

/** 判分：判断的准确、每分钟判几份、判一个大班的内存。 */
export async function suite(): Promise<BenchResult> {
  const rows = [...accuracyRows(), ...(await throughputRows())];
  return { version: 1, suite: "grader", machine: machine(), rows };
}
