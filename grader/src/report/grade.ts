import type { Verdict } from "../judge/judge.js";
import type { SandboxStrength } from "../sandbox/strength.js";
import type { Graded } from "../submission.js";
import { escapeHtml, labels, verdictLine } from "./verdict.js";

/** 判过的一份，连同它是谁的。 */
export interface GradedSubmission extends Graded {
  student: string;
}

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

const style = `:root{color-scheme:light dark;font-family:system-ui,"PingFang SC","Noto Sans CJK SC","Microsoft YaHei",sans-serif}
body{max-width:52rem;margin:2rem auto;padding:0 1rem;line-height:1.7}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
td.n{white-space:nowrap;font-variant-numeric:tabular-nums}code{font-size:.9em}footer{opacity:.7;font-size:.9em;margin-top:2rem}`;

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
${body}
</body></html>
`;
}

/** 可读的网页报告：文件名 → 内容。`index.html` 是总表，其余每份提交一页。 */
export function gradeHtml(report: GradeReport): Map<string, string> {
  const files = new Map<string, string>();
  const rows = report.submissions.map((graded, i) => {
    const name = `${String(i + 1).padStart(4, "0")}.html`;
    files.set(name, submissionPage(graded));
    const marks = graded.questions.map((verdict) => mark(verdict)).join(" ");
    return `<tr><td><a href="${name}">${escapeHtml(graded.path)}</a></td><td class="n">${graded.score}/${graded.maxScore}</td><td>${marks}</td></tr>`;
  });
  const errors = report.errors.map(({ message }) => `<li>${escapeHtml(message)}</li>`).join("");
  files.set(
    "index.html",
    page(
      "判分报告",
      `<h1>判分报告</h1>
<table><thead><tr><th>提交</th><th>得分</th><th>各题</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>
${errors === "" ? "" : `<h2>没能判的文件</h2><ul>${errors}</ul>`}
<footer>种子 ${report.seed}。隔离：${escapeHtml(report.sandbox.detail)}。</footer>`,
    ),
  );
  return files;
}

function submissionPage({ path, score, maxScore, questions }: Graded): string {
  const rows = questions.map(
    (verdict) =>
      `<tr><td class="n">${mark(verdict)}</td><td>${escapeHtml(verdict.title)}<br><code>${escapeHtml(verdict.id)}</code></td><td class="n">${verdict.score}/${verdict.maxScore}</td><td>${escapeHtml(verdict.message)}</td></tr>`,
  );
  return page(
    path,
    `<p><a href="index.html">← 全部提交</a></p><h1>${escapeHtml(path)}</h1><p>得分 <strong>${score}/${maxScore}</strong></p>
<table><thead><tr><th></th><th>题</th><th>得分</th><th>说明</th></tr></thead><tbody>${rows.join("\n")}</tbody></table>`,
  );
}

function mark(verdict: Verdict): string {
  const { mark: sign, text, colour } = labels[verdict.verdict];
  return `<span style="color:${colour}" title="${escapeHtml(`${verdict.id}：${text}`)}">${sign}</span>`;
}
