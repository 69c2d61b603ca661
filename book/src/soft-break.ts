import type { MarkdownIt, Token } from "markdown-it";

const wide = /[\p{Script=Han}\u3000-\u303F\uFF00-\uFFEF‘’“”…—]/u;

/** 源文件里在汉字之间折行，网页上不应多出一个空格：两边都是汉字或全角标点的换行去掉。 */
export function softBreakPlugin(md: MarkdownIt): void {
  md.core.ruler.after("inline", "soft-break", (state) => {
    for (const block of state.tokens) {
      const children = block.children;
      if (!children?.some(({ type }) => type === "softbreak")) continue;
      block.children = children.filter((token, index) => {
        if (token.type !== "softbreak") return true;
        const before = shown(children, index, -1).slice(-1);
        const after = shown(children, index, 1).slice(0, 1);
        return !(wide.test(before) && wide.test(after));
      });
    }
  });
}

/** 往一个方向找到的第一段看得见的文字；强调与链接的起止标记没有文字，越过去。 */
function shown(children: readonly Token[], from: number, step: 1 | -1): string {
  for (let index = from + step; index >= 0 && index < children.length; index += step) {
    const token = children[index]!;
    if (token.content !== "") return token.type === "text" ? token.content : "";
    if (!/_(open|close)$|^text$/.test(token.type)) return "";
  }
  return "";
}
