import { escapeHtml } from "./verdict.js";

/** 把题目里的一句话写成 HTML：`$公式$` 成 MathML，反引号成代码，其余照写。 */
export type Prose = (text: string) => string;

/** 载入 KaTeX 要几十毫秒，只在写网页时才载入。MathML 不要字体与样式表，所以网页仍是自足的。 */
export async function loadProse(): Promise<Prose> {
  const { default: katex } = await import("katex");
  return (text) =>
    text
      .split(/(\$[^$]+\$|`[^`]+`)/)
      .map((part) => {
        if (/^\$.+\$$/s.test(part))
          return katex.renderToString(part.slice(1, -1), { output: "mathml", throwOnError: false });
        if (/^`.+`$/s.test(part)) return `<code>${escapeHtml(part.slice(1, -1))}</code>`;
        return escapeHtml(part);
      })
      .join("");
}
