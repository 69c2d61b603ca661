import type { MarkdownIt, Token } from "markdown-it";

/** 行首不能有、行尾不能有的标点。 */
const closing = /^[，。、；：！？）」』》〉】”’,.;:!?)]+/;
const opening = /[（「『《〈【“‘(]+$/;

/**
 * 避头尾：浏览器总许可在公式两侧换行，于是逗号会跑到行首。
 * 把紧挨公式的标点记到公式上，排版时与公式的头尾放进不换行的一段。
 */
export function kinsokuPlugin(md: MarkdownIt): void {
  md.core.ruler.push("kinsoku", (state) => {
    for (const { children } of state.tokens) {
      children?.forEach((token, index) => {
        if (token.type === "math_inline") adopt(token, children[index - 1], children[index + 1]);
      });
    }
  });
}

function adopt(math: Token, before: Token | undefined, after: Token | undefined): void {
  const take = (text: Token | undefined, pattern: RegExp) => {
    const found = text?.type === "text" ? (pattern.exec(text.content)?.[0] ?? "") : "";
    if (found) text!.content = text!.content.replace(pattern, "");
    return found;
  };
  math.meta = { open: take(before, opening), close: take(after, closing) };
}

const base = '<span class="katex-base">';

/** 把标点放进 KaTeX 排好的 HTML：开头的与第一块、结尾的与最后一块同在一个不换行的段里。 */
export function attachPunctuation(html: string, open: string, close: string): string {
  if (open === "" && close === "") return html;
  const first = html.indexOf(base);
  const last = html.lastIndexOf(base);
  const end = html.length - "</span></span>".length;
  if (first < 0 || !html.endsWith("</span></span>")) return open + html + close;
  const mark = (text: string) => (text ? `<span class="punctuation">${text}</span>` : "");
  const keep = (text: string) => `<span class="keep">${text}</span>`;
  if (first === last) {
    return html.slice(0, first) + keep(mark(open) + html.slice(first, end) + mark(close)) + html.slice(end);
  }
  const second = html.indexOf(base, first + base.length);
  const head = html.slice(first, second);
  const tail = html.slice(last, end);
  return (
    html.slice(0, first) +
    (open ? keep(mark(open) + head) : head) +
    html.slice(second, last) +
    (close ? keep(tail + mark(close)) : tail) +
    html.slice(end)
  );
}
