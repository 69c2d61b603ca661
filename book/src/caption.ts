import type { MarkdownIt } from "markdown-it";
import type { PageEnv } from "./page-env.js";

/** 以 `**图**` 开头的段落是图注：自动编号，锚是其后的 `<a id="fig:…"></a>`。 */
export function captionPlugin(md: MarkdownIt): void {
  md.core.ruler.push("captions", (state) => {
    const env = state.env as PageEnv;
    state.tokens.forEach((open, index) => {
      const children = state.tokens[index + 1]?.children;
      if (open.type !== "paragraph_open" || !children) return;
      const strong = children.findIndex((token) => token.type === "strong_open");
      if (strong < 0 || children.slice(0, strong).some((token) => token.content !== "")) return;
      if (children[strong + 1]?.content !== "图" || children[strong + 2]?.type !== "strong_close") return;
      const label = env.figures.shift();
      if (!label) return;
      children[strong + 1]!.content = `图 ${label.number}`;
      open.attrSet("class", "caption");
      open.attrSet("id", label.name);
      const anchor = children.findIndex(
        (token) => token.type === "html_inline" && /^<a id=/.test(token.content),
      );
      if (anchor >= 0) children.splice(anchor, 2);
      const text = children[strong + 3];
      if (text?.type === "text") text.content = text.content.trimStart();
    });
  });
}
