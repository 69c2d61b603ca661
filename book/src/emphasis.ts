import type { MarkdownIt } from "markdown-it";

/** 汉字的强调用着重号，西文仍用斜体：纯西文的 `*…*`（书名、刊名）标上 `latin`。 */
export function emphasisPlugin(md: MarkdownIt): void {
  md.core.ruler.push("emphasis-script", (state) => {
    for (const { children } of state.tokens) {
      children?.forEach((open, index) => {
        if (open.type !== "em_open") return;
        const end = children.findIndex((token, i) => i > index && token.type === "em_close");
        const text = children.slice(index, end).map(({ content }) => content);
        if (!/\p{Script=Han}/u.test(text.join(""))) open.attrSet("class", "latin");
      });
    }
  });
}
