import type { Entry } from "../gradebook/records.js";
import { labels } from "../report/verdict.js";

/**
 * Gradescope 的 results.json。迟交的扣分由 Gradescope 自己按课程设置处理，这里给原始分，不扣两次。
 *
 * https://gradescope-autograders.readthedocs.io/en/latest/specs/#output-format
 */
export function gradescopeResults({ student, assignment, outcome }: Entry): object {
  const extra = { extra_data: { student, assignment, grader: "tidu" } };
  if (outcome?.kind !== "graded")
    return {
      score: 0,
      output: outcome?.message ?? "还没有判。",
      output_format: "text",
      visibility: "visible",
      stdout_visibility: "hidden",
      tests: [],
      ...extra,
    };
  const { score, maxScore, questions, notes } = outcome.graded;
  return {
    score,
    output: [`${score}/${maxScore} 分`, ...notes].join("\n"),
    output_format: "text",
    visibility: "visible",
    stdout_visibility: "hidden",
    tests: questions.map((verdict, i) => ({
      score: verdict.score,
      max_score: verdict.maxScore,
      status: verdict.verdict === "right" ? "passed" : "failed",
      name: `${verdict.title}（${verdict.id}）`,
      name_format: "text",
      number: String(i + 1),
      output: `${labels[verdict.verdict].text}。${verdict.message}`,
      output_format: "text",
      tags: verdict.diagnosis === null ? [] : [verdict.diagnosis],
      visibility: "visible",
    })),
    ...extra,
  };
}
