import createMarkdownIt, { type MarkdownIt, type Token } from "markdown-it";
import cjkFriendly from "markdown-it-cjk-friendly";
import { boxPlugin } from "./boxes.js";
import { captionPlugin } from "./caption.js";
import { emphasisPlugin } from "./emphasis.js";
import type { Highlight } from "./highlight.js";
import { attachPunctuation, kinsokuPlugin } from "./kinsoku.js";
import { linkPlugin, referenceText } from "./links.js";
import { mathPlugin, protectTableMath } from "./markdown-math.js";
import { displayEquation, renderMathSafely } from "./math.js";
import type { PageEnv } from "./page-env.js";
import { softBreakPlugin } from "./soft-break.js";
import { spokenTex } from "./spoken-tex.js";
import { termPlugin } from "./terms.js";
import { escapeHtml, slugify } from "./text.js";

export interface Markdown {
  render(source: string, env: PageEnv): string;
  inline(source: string, env: PageEnv): string;
}

const mathLabel = /\\label\{([^}]*)\}/;

/** 书的 Markdown：中文友好的强调、公式、框、图注、术语、引用、代码高亮。 */
export function createMarkdown(highlight: Highlight): Markdown {
  const md = createMarkdownIt({ html: true });
  md.use(cjkFriendly)
    .use(softBreakPlugin)
    .use(mathPlugin)
    .use(boxPlugin)
    .use(captionPlugin)
    .use(linkPlugin)
    .use(termPlugin)
    .use(emphasisPlugin)
    .use(kinsokuPlugin);
  md.core.ruler.push("headings", (state) => headings(state.tokens, state.env as PageEnv, md));

  const { rules } = md.renderer;
  rules.fence = (tokens, index) => {
    const { content, info } = tokens[index]!;
    const language = info.trim().split(/\s+/)[0] ?? "";
    return `<pre class="code" tabindex="0"><code>${highlight(content.replace(/\n$/, ""), language)}</code></pre>\n`;
  };
  const math =
    (display: boolean, wrap: boolean) => (tokens: Token[], index: number, _: unknown, env?: object) => {
      const page = env as PageEnv;
      const tex = tokens[index]!.content;
      const html = renderMathSafely(tex, display, (why) =>
        page.report("TIDU-BOOK-103", `公式排不出来（${why}）：${tex.trim()}`),
      );
      if (!wrap) return html;
      const name = mathLabel.exec(tex)?.[1];
      return displayEquation(html, name === undefined ? undefined : page.labels.get(name));
    };
  const inlineMath = math(false, false);
  rules.math_inline = (tokens, index, options, env) => {
    const { open = "", close = "" } = (tokens[index]!.meta ?? {}) as { open?: string; close?: string };
    return attachPunctuation(inlineMath(tokens, index, options, env), open, close);
  };
  rules.math_display = math(true, false);
  rules.math_block = math(true, true);
  rules.math_reference = (tokens, index, _, env) => {
    const name = tokens[index]!.content;
    const text = referenceText(name, env as PageEnv);
    return text === undefined
      ? escapeHtml(name)
      : `<a class="reference" href="#${escapeHtml(name)}">${text}</a>`;
  };
  rules.html_block = (tokens, index, _, env) =>
    tokens[index]!.content.replace(
      /<summary>([\s\S]*?)<\/summary>/g,
      (__, text: string) => `<summary>${md.renderInline(text.trim(), env)}</summary>`,
    );
  rules.table_open = () => '<div class="table"><table>\n';
  rules.table_close = () => "</table></div>\n";

  return {
    render: (source, env) => md.render(protectTableMath(source), env),
    inline: (source, env) => md.renderInline(source, env),
  };
}

/** 给标题加锚，记下目录与各节的文字。 */
function headings(tokens: Token[], env: PageEnv, md: MarkdownIt): void {
  tokens.forEach((open, index) => {
    if (open.type === "inline" && tokens[index - 1]?.type !== "heading_open") {
      const passage = env.passages.at(-1);
      if (passage) passage.text += `${plainText(open.children ?? [], spokenTex)}\n`;
    }
    if (open.type !== "heading_open") return;
    const inline = tokens[index + 1]!;
    const children = inline.children ?? [];
    const level = Number(open.tag.slice(1));
    const text = plainText(children);
    const base = slugify(text);
    let id = base;
    for (let n = 2; env.headings.some((heading) => heading.id === id); n++) id = `${base}-${n}`;
    env.headings.push({ level, id, text, html: md.renderer.renderInline(children, md.options, env) });
    env.passages.push({ id, heading: text, text: "" });
    open.attrSet("id", id);
    if (level === 1) return;
    const anchor = new (open.constructor as typeof Token)("html_inline", "", 0);
    anchor.content = `<a class="anchor" href="#${id}" aria-label="本节的链接">#</a>`;
    children.push(anchor);
  });
}

/** 记号串里的文字；公式用它的 TeX。 */
export function plainText(tokens: readonly Token[], math = (tex: string) => tex): string {
  return tokens
    .map((token) => {
      if (token.type === "html_inline") return token.content.replace(/<[^>]*>/g, "");
      if (token.type === "math_inline") {
        const { open = "", close = "" } = (token.meta ?? {}) as { open?: string; close?: string };
        return open + math(token.content) + close;
      }
      return /^(text|code_inline)$/.test(token.type) ? token.content : "";
    })
    .join("");
}
