import createMarkdownIt from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { mathPlugin, protectTableMath } from "../markdown-math.js";
import { renderMathSafely } from "../math.js";
import type { OutputRenderers } from "../outputs.js";

const md = createMarkdownIt({ html: true }).use(cjkFriendly).use(mathPlugin);
const math = (tex: string, display: boolean) => renderMathSafely(tex, display, () => {});
md.renderer.rules["math_inline"] = (tokens, index) => math(tokens[index]!.content, false);
md.renderer.rules["math_display"] = (tokens, index) => math(tokens[index]!.content, true);
md.renderer.rules["math_block"] = (tokens, index) => math(tokens[index]!.content, true);

/** 页内运行的输出里有 Markdown 或 LaTeX 时才取来用。 */
export const rich: OutputRenderers = {
  markdown: (source) => md.render(protectTableMath(source)),
  math: (tex) => math(tex, true),
};
