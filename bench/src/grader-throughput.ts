import { nbgraderRate } from "./grader-nbgrader.js";
import { gradeFolder } from "./grader-run.js";
import type { BenchRow } from "./result.js";

const CLASS = 60;
const LARGE = 2000;
const SMALL = 200;

/** 每分钟判几份（两个核），对照同一次运行里的 nbgrader；以及判 2 000 份时内存涨不涨。 */
export async function throughputRows(): Promise<BenchRow[]> {
  // 轮流跑两轮，取快的一轮：机器忙闲对两边一样。
  const rates: number[] = [];
  const others: (number | null)[] = [];
  for (let round = 0; round < 2; round++) {
    rates.push((await gradeFolder(CLASS)).perMinute);
    others.push(await nbgraderRate());
  }
  const ours = Math.max(...rates);
  const known = others.filter((rate) => rate !== null);
  const nbgrader = known.length === 0 ? null : Math.max(...known);
  const small = await gradeFolder(SMALL);
  const large = await gradeFolder(LARGE);
  return [
    {
      id: "四道题的笔记本，每分钟判几份（同时两份）",
      unit: "份",
      ours,
      peers: { nbgrader },
      goal: "至少是 nbgrader 的 20 倍",
      holds: nbgrader === null ? null : ours >= 20 * nbgrader,
    },
    {
      id: `判 ${LARGE} 份时内存的峰值（对照：判 ${SMALL} 份）`,
      unit: "MB",
      ours: large.peak,
      peers: { [`tidu，${SMALL} 份`]: small.peak },
      goal: "不随份数涨：比对照多不到一半",
      holds: Number.isNaN(large.peak) ? null : large.peak < 1.5 * small.peak,
    },
  ];
}
