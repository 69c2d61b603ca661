import { describePolicy, type Lateness, type Policy } from "../gradebook/late.js";
import type { Verdict } from "../judge/judge.js";
import type { Worst } from "../judge/worst.js";
import { findQuestion } from "../problems/index.js";
import { show, showNumber } from "../value.js";
import { page } from "./page.js";
import { pictureSvg } from "./picture.js";
import type { Prose } from "./prose.js";
import { escapeHtml, labels, points } from "./verdict.js";

/** 给一个学习者看的一份。 */
export interface Feedback {
  student: string;
  path: string;
  score: number;
  maxScore: number;
  questions: Verdict[];
  notes: string[];
  /** 有成绩册时：迟交怎样扣，扣完多少分。 */
  late?: { lateness: Lateness; policy: Policy; final: number };
  /** 第几次交。提示开放到第几级由它定：交一次没过，多开放一级。 */
  attempt?: number;
}

/** 学习者的一页：每题的裁决、错在哪、最坏的坐标、对照图、提示。 */
export function feedbackPage(feedback: Feedback, prose: Prose, back = ""): string {
  const { student, path, score, maxScore, questions, notes, late, attempt = 1 } = feedback;
  const share = maxScore === 0 ? 0 : (100 * (late?.final ?? score)) / maxScore;
  const cards = questions.map((verdict) => card(verdict, prose, attempt)).join("\n");
  const remarks = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("");
  return page(
    `${student}的反馈`,
    `${back}<h1>${escapeHtml(student)}</h1><p class="soft">${escapeHtml(path)}</p>
<div class="total">${late?.final ?? score}<small> / ${maxScore} 分</small></div>
<div class="bar"><i style="width:${share.toFixed(1)}%"></i></div>
${late === undefined ? "" : penalty(score, late)}${remarks === "" ? "" : `<h2>读这份提交时</h2><ul>${remarks}</ul>`}
<h2>各题</h2>
${cards}`,
  );
}

function penalty(raw: number, { lateness, policy, final }: NonNullable<Feedback["late"]>): string {
  const rule = `<p class="soft">${escapeHtml(describePolicy(policy))}${lateness.extended ? "；这份作业给你延了期" : ""}。</p>`;
  if (lateness.days === 0) return rule;
  return `<p>迟交 ${lateness.days} 天，扣 ${lateness.percent}%：原始分 ${raw}，计 ${final}。</p>${rule}`;
}

function card(verdict: Verdict, prose: Prose, attempt: number): string {
  const { mark, text } = labels[verdict.verdict];
  const parts = [
    `<section class="card ${verdict.verdict}" id="${escapeHtml(verdict.id)}"><header><span class="verdict">${mark} ${text}</span><b>${escapeHtml(verdict.title)}</b><span class="n">${points(verdict)}</span></header>`,
    `<p>${prose(verdict.message)}</p>`,
  ];
  if (verdict.worst !== undefined) parts.push(coordinate(verdict, verdict.worst));
  if (verdict.picture !== undefined)
    parts.push(
      `<figure>${pictureSvg(verdict.picture)}<figcaption>在差得最多的那一点上，你的结果与正确答案的对照。</figcaption></figure>`,
    );
  if (verdict.verdict !== "right") parts.push(hints(verdict.id, prose, attempt));
  return `${parts.join("\n")}</section>`;
}

function coordinate({ id, fn }: Verdict, worst: Worst): string {
  const params = findQuestion(id)?.params ?? [];
  const call = worst.args.map((arg, i) => `${params[i] ?? `参数 ${i + 1}`}=${show(arg)}`).join(", ");
  const rows: [string, string][] = [
    ["位置", worst.place],
    ["提问", `<code>${escapeHtml(`${fn}(${call})${worst.path === "" ? "" : ` 的 ${worst.path}`}`)}</code>`],
    ["你的结果", `<code>${showNumber(worst.got)}</code>`],
    ["应为", `<code>${showNumber(worst.expected)}</code>`],
  ];
  if (Number.isFinite(worst.ratio)) rows.push(["比值", `<code>${showNumber(worst.ratio)}</code>`]);
  const body = rows.map(
    ([name, html]) => `<dt>${name}</dt><dd>${name === "位置" ? escapeHtml(html) : html}</dd>`,
  );
  return `<dl>${body.join("")}</dl>`;
}

const LEVELS = ["提示一：方向", "提示二：公式", "提示三：几乎是答案"];

/** 交一次没过，开放一级；后面的留着。 */
function hints(id: string, prose: Prose, attempt: number): string {
  const question = findQuestion(id);
  if (question === undefined) return "";
  const open = Math.min(attempt, question.hints.length);
  const shown = question.hints
    .slice(0, open)
    .map((hint, i) => `<details><summary>${LEVELS[i]}</summary><p>${prose(hint)}</p></details>`);
  const left = question.hints.length - open;
  const more =
    left === 0
      ? ""
      : `<p class="soft">第 ${attempt} 次交，开放到第 ${open} 级；再交一次没过，多开放一级。</p>`;
  return shown.join("") + more;
}
