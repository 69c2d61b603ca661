import { labels } from "../report/verdict.js";
import type { Statistics } from "./statistics.js";

const percent = (rate: number) => `${Math.round(100 * rate)}%`;
const round = (x: number) => Number(x.toFixed(2));

/** 终端里的统计。 */
export function statisticsText(title: string, statistics: Statistics): string {
  const { students, refused, maxScore, distribution, questions } = statistics;
  const lines = [
    `${title}：${students} 份${refused > 0 ? `（${refused} 份没能判）` : ""}，满分 ${maxScore}，平均 ${round(statistics.mean)}，中位数 ${round(statistics.median)}`,
    "",
    "得分率的分布",
  ];
  const most = Math.max(1, ...distribution);
  for (const [i, count] of distribution.entries())
    lines.push(
      `  ${`${i * 10}–${i * 10 + 10}%`.padStart(8)} ${"█".repeat(Math.round((30 * count) / most))} ${count}`,
    );
  lines.push("", "各题（由难到易）");
  for (const { id, title: name, rate, verdicts } of [...questions].sort((a, b) => a.rate - b.rate)) {
    const parts = Object.entries(verdicts)
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => `${labels[kind as keyof typeof labels].text} ${count}`);
    lines.push(`  ${percent(rate).padStart(4)}  ${name}（${id}）：${parts.join("，")}`);
  }
  if (statistics.mistakes.length > 0) lines.push("", "最常见的错误");
  for (const { count, title: name, message } of statistics.mistakes.slice(0, 15))
    lines.push(`  ${String(count).padStart(4)} 人  ${name}：${message}`);
  if (statistics.branches.length > 0) lines.push("", "最常错的分支");
  for (const { count, title: name, branch } of statistics.branches.slice(0, 15))
    lines.push(`  ${String(count).padStart(4)} 人  ${name}：${branch}`);
  return lines.join("\n");
}
