import { display } from "@tidu/notebook-runtime/display";
import { judgeQuestion, type Verdict } from "./judge/judge.js";
import { messages } from "./messages.js";
import { findQuestion, questionIds } from "./problems/index.js";
import { pictureSvg } from "./report/picture.js";
import { escapeHtml, labels } from "./report/verdict.js";
import { askFunction } from "./selftest.js";
import { forStudent } from "./variant.js";

/** `check` 用法不对；判分的结果从不以异常报告。 */
export class CheckError extends Error {
  readonly id: string;
  constructor(message: string) {
    super(message);
    this.name = "CheckError";
    this.id = message.split("：", 1)[0]!;
  }
}

export interface CheckOptions {
  /** 换一个种子就换一批测试点，默认 1。 */
  seed?: number;
  /** 有变体的题按这个学习者的常数判；由 `tidu exercise build --student` 写进笔记本。 */
  student?: string;
}

/** 书页据此内容类型记录进度。 */
export const CHECK_MIME = "application/vnd.tidu.check+json";

/**
 * 在笔记本里检查一道题，显示一小段中文报告。只是反馈，不算分：正式的判分在沙箱外面另行提问。
 *
 * @param id 题的名字，如 `"huber.value"`。
 * @param fn 你写的函数。
 *
 * @example
 * await check("huber.grad", (e: number, delta: number) => Math.max(-delta, Math.min(delta, e)));
 */
export async function check(id: string, fn: unknown, options: CheckOptions = {}): Promise<void> {
  display(new CheckReport(await checkQuietly(id, fn, options)));
}

/** 与 `check` 相同，但只返回裁决，不显示。 */
export async function checkQuietly(id: string, fn: unknown, options: CheckOptions = {}): Promise<Verdict> {
  const question = findQuestion(id);
  if (question === undefined) throw new CheckError(messages.unknownQuestion(id, questionIds()));
  if (typeof fn !== "function") throw new CheckError(messages.notFunction(question.fn));
  return judgeQuestion(forStudent(question, options.student), askFunction(fn), { seed: options.seed ?? 1 });
}

/** 会显示自己的裁决。 */
class CheckReport {
  readonly #verdict: Verdict;
  constructor(verdict: Verdict) {
    this.#verdict = verdict;
  }

  [Symbol.for("Jupyter.display")](): Record<string, unknown> {
    const verdict = this.#verdict;
    const { mark, text, colour } = labels[verdict.verdict];
    const hint = verdict.verdict === "right" || verdict.verdict === "undecided" ? "" : messages.hintsLeft;
    const { id, score, maxScore, diagnosis, picture } = verdict;
    const notes = messages.notes(findQuestion(id)?.branches ?? [], verdict);
    const drawing = picture === undefined ? "" : `\n<div>${pictureSvg(picture)}</div>`;
    return {
      "text/html": `<div class="tidu-check" style="border-left:4px solid ${colour};padding:.3em .8em">
<strong style="color:${colour}">${mark} ${escapeHtml(verdict.title)}：${text}</strong>
<div>${escapeHtml(verdict.message)}</div>${drawing}${notes === "" ? "" : `\n<div style="opacity:.7;font-size:.9em">${escapeHtml(notes)}</div>`}${hint === "" ? "" : `\n<div style="opacity:.7">${hint}</div>`}
</div>`,
      "text/plain": `${mark} ${verdict.title}：${text}\n${verdict.message}${notes === "" ? "" : `\n${notes}`}${hint === "" ? "" : `\n${hint}`}`,
      [CHECK_MIME]: { id, verdict: verdict.verdict, score, maxScore, diagnosis },
    };
  }
}
