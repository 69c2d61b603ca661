import katex from "katex";
import { escapeHtml } from "./text.js";

/** KaTeX 不认而由构建处理的命令。 */
const labels = /\\(?:label|tag\*?)\{[^}]*\}/g;

/**
 * 把一段 TeX 排成 HTML，附 MathML 供读屏软件用。
 *
 * @throws {Error} KaTeX 排不出时，消息是它的原话。
 */
export function renderMath(tex: string, display: boolean): string {
  return katex.renderToString(tex.replace(labels, ""), {
    displayMode: display,
    output: "htmlAndMathml",
    strict: "ignore",
    throwOnError: true,
  });
}

/** 同 {@link renderMath}，排不出时原样显示源码并调用 `report`。 */
export function renderMathSafely(tex: string, display: boolean, report: (message: string) => void): string {
  try {
    return renderMath(tex, display);
  } catch (error) {
    report((error as Error).message);
    return `<code class="math-error" title="这个公式排不出来">${escapeHtml(tex.trim())}</code>`;
  }
}

/** 独立公式：有号码时号码在右侧，窄屏上公式自己横向滚动而号码不动。 */
export function displayEquation(body: string, label?: { name: string; number: string }): string {
  const math = `<div class="equation-body" tabindex="-1">${body}</div>`;
  if (!label) return `<div class="equation">${math}</div>\n`;
  const id = escapeHtml(label.name);
  return `<div class="equation numbered" id="${id}">${math}<a class="equation-number" href="#${id}" aria-label="式 (${label.number})">(${label.number})</a></div>\n`;
}
