import type { Verdict, VerdictKind } from "../judge/judge.js";

/** 裁决的中文名与记号。 */
export const labels: Record<VerdictKind, { mark: string; text: string; colour: string }> = {
  right: { mark: "✓", text: "正确", colour: "#2a9d6f" },
  wrong: { mark: "✗", text: "不对", colour: "#d1495b" },
  undecided: { mark: "?", text: "没有把握", colour: "#b7791f" },
  unanswered: { mark: "○", text: "还没有作答", colour: "#8a8f98" },
  error: { mark: "!", text: "没能判", colour: "#d1495b" },
};

/** 一行文字：记号、题名、得分、说明。 */
export function verdictLine(verdict: Verdict): string {
  const { mark } = labels[verdict.verdict];
  return `${mark} ${verdict.title}（${verdict.id}）${points(verdict)}  ${verdict.message}`;
}

/** 得分的写法；不计分的题写“选做”。 */
export function points({ score, maxScore }: Pick<Verdict, "score" | "maxScore">): string {
  return maxScore === 0 ? "选做" : `${score}/${maxScore}`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
