import type { MarkdownIt, Token } from "markdown-it";
import type { Term } from "./glossary.js";
import type { PageEnv } from "./page-env.js";
import { escapeHtml, slugify } from "./text.js";

/** 术语在术语表一页里的锚。 */
export function termId(term: Term): string {
  return `term-${slugify(term.term)}`;
}

/** 每一节里术语第一次出现时变成链接；脚本把它变成说明卡，没有脚本时它通往术语表。 */
export function termPlugin(md: MarkdownIt): void {
  md.core.ruler.push("terms", (state) => {
    const env = state.env as PageEnv;
    state.tokens.forEach((block, index) => {
      if (block.type === "heading_open" && Number(block.tag.slice(1)) <= 2) env.sectionTerms.clear();
      if (block.type !== "inline" || state.tokens[index - 1]?.type === "heading_open") return;
      block.children = mark(block.children ?? [], env, state.Token);
    });
  });
}

function mark(children: Token[], env: PageEnv, Type: typeof Token): Token[] {
  const out: Token[] = [];
  let inLink = 0;
  for (const token of children) {
    if (token.type === "link_open") inLink++;
    if (token.type === "link_close") inLink--;
    if (token.type !== "text" || inLink > 0) {
      out.push(token);
      continue;
    }
    let from = 0;
    const text = (content: string) => {
      if (content === "") return;
      const piece = new Type("text", "", 0);
      piece.content = content;
      out.push(piece);
    };
    for (const match of env.terms.find(token.content)) {
      if (env.sectionTerms.has(match.term.term)) continue;
      env.sectionTerms.add(match.term.term);
      env.pageTerms.add(match.term.term);
      text(token.content.slice(from, match.index));
      const html = new Type("html_inline", "", 0);
      html.content = `<a class="term" href="${env.glossaryUrl}#${termId(match.term)}">${escapeHtml(match.text)}</a>`;
      out.push(html);
      from = match.index + match.text.length;
    }
    text(token.content.slice(from));
  }
  return out;
}
