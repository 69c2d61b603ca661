import type { Verdict } from "../judge/judge.js";
import type { SandboxStrength } from "../sandbox/strength.js";
import { statisticsPage } from "../statistics/html.js";
import { statisticsOf } from "../statistics/statistics.js";
import type { Graded } from "../submission.js";
import { type Feedback, feedbackPage } from "./feedback.js";
import { page } from "./page.js";
import { loadProse } from "./prose.js";
import { escapeHtml, labels, verdictLine } from "./verdict.js";

/** 判过的一份，连同它是谁的、迟了没有。 */
export type GradedSubmission = Graded & Pick<Feedback, "student" | "late" | "attempt">;

/** 一次判分的全部结果。 */
export interface GradeReport {
  seed: number;
  submissions: GradedSubmission[];
  /** 没能判的文件。 */
  errors: { path: string; id: string; message: string }[];
  sandbox: SandboxStrength;
}

/** `tidu grade --json` 的形状；对外稳定，只增不改。 */
export function gradeJson({ seed, submissions, errors, sandbox }: GradeReport): object {
  return {
    version: 1,
    seed,
    submissions: submissions.map(({ path, student, score, maxScore, questions }) => ({
      path,
      student,
      score,
      maxScore,
      questions: questions.map((verdict) => ({
        id: verdict.id,
        score: verdict.score,
        maxScore: verdict.maxScore,
        verdict: verdict.verdict,
        diagnosis: verdict.diagnosis,
        message: verdict.message,
      })),
    })),
    errors,
    sandbox,
  };
}

/** 终端里的报告。 */
export function gradeText({ seed, submissions, errors, sandbox }: GradeReport): string {
  const lines: string[] = [];
  for (const { path, score, maxScore, questions } of submissions) {
    lines.push(`${path}  ${score}/${maxScore} 分`);
    for (const verdict of questions) lines.push(`  ${verdictLine(verdict)}`);
    lines.push("");
  }
  for (const { message } of errors) lines.push(message);
  if (errors.length > 0) lines.push("");
  lines.push(
    `判了 ${submissions.length} 份${errors.length > 0 ? `，${errors.length} 份没能判` : ""}。种子 ${seed}（--seed ${seed} 可重现）。`,
  );
  lines.push(`隔离：${sandbox.detail}。`);
  return lines.join("\n");
}

/** 可读的网页报告，一页一页地给：`index.html` 是老师的总表，`statistics.html` 是统计，其余每份一页。 */
export async function* gradeHtml(report: GradeReport): AsyncGenerator<[name: string, text: string]> {
  const prose = await loadProse();
  const { submissions, errors } = report;
  const rows: string[] = [];
  for (const [i, graded] of submissions.entries()) {
    const name = `${String(i + 1).padStart(4, "0")}.html`;
    yield [name, feedbackPage(graded, prose, `<p><a href="index.html">← 全部提交</a></p>`)];
    const { student, path, score, maxScore, questions, late } = graded;
    const marks = questions.map(mark).join("");
    const shown = late === undefined ? `${score}` : `${late.final}`;
    const lateness = late !== undefined && late.lateness.days > 0 ? `迟 ${late.lateness.days} 天` : "";
    rows.push(
      `<tr><td><a href="${name}">${escapeHtml(student)}</a><br><span class="soft">${escapeHtml(path)}</span></td><td class="n">${shown}/${maxScore}<br><span class="soft">${lateness}</span></td><td class="marks">${marks}</td></tr>`,
    );
  }
  const statistics = statisticsOf([
    ...submissions.map(({ questions }) => questions),
    ...errors.map(() => null),
  ]);
  yield [
    "statistics.html",
    statisticsPage([["全部提交", statistics]], `<p><a href="index.html">← 全部提交</a></p>`),
  ];
  const refused = errors.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join("");
  yield [
    "index.html",
    page(
      "判分报告",
      `<h1>判分报告</h1><p>判了 ${submissions.length} 份${errors.length > 0 ? `，${errors.length} 份没能判` : ""}。<a href="statistics.html">看统计</a></p>
<div class="scroll"><table><thead><tr><th>学生</th><th class="n">得分</th><th>各题</th></tr></thead><tbody>${rows.join("\n")}</tbody></table></div>
${refused === "" ? "" : `<h2>没能判的文件</h2><ul>${refused}</ul>`}
<footer>种子 ${report.seed}。隔离：${escapeHtml(report.sandbox.detail)}。</footer>`,
    ),
  ];
}

function mark(verdict: Verdict): string {
  const { mark: sign, text } = labels[verdict.verdict];
  return `<span class="${verdict.verdict}" title="${escapeHtml(`${verdict.title}：${text}`)}">${sign}</span>`;
}
