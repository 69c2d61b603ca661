import type { MarkdownIt, Token } from "markdown-it";

const kinds: Record<string, string> = {
  勘误: "erratum",
  常见错误: "mistake",
  提示: "tip",
  定义: "definition",
  注意: "note",
};
const opening = new RegExp(`^(${Object.keys(kinds).join("|")})(?:[：:·\\s]+|$)`);

/** 以 `> **勘误：标题**` 开头的引用块变成框；JupyterLab 里它仍是一个好读的引用块。 */
export function boxPlugin(md: MarkdownIt): void {
  md.core.ruler.push("boxes", (state) => {
    const { tokens } = state;
    tokens.forEach((open, index) => {
      const inline = tokens[index + 2];
      if (open.type !== "blockquote_open" || inline?.type !== "inline") return;
      const children = (inline.children ?? []).filter(
        (token, i) => i > 0 || token.content || !/text/.test(token.type),
      );
      if (children[0]?.type !== "strong_open") return;
      const match = opening.exec(children[1]?.content ?? "");
      if (!match) return;
      const end = children.findIndex((token) => token.type === "strong_close");
      children[1]!.content = children[1]!.content.slice(match[0].length);
      const title = children.slice(1, end).filter((token) => token.type !== "text" || token.content !== "");
      const rest = children.slice(end + 1);

      const close = closing(tokens, index);
      open.type = "box_open";
      open.tag = close.tag = "aside";
      close.type = "box_close";
      open.attrSet("class", `box box-${kinds[match[1]!]}`);
      open.attrSet("aria-label", match[1]!);

      tokens[index + 1]!.attrSet("class", "box-title");
      const name = new state.Token("html_inline", "", 0);
      name.content = `<span class="box-kind">${match[1]}</span>`;
      inline.children = [name, ...title];
      const body = rest.findIndex((token) => token.type !== "softbreak" && token.content.trim() !== "");
      if (body >= 0) tokens.splice(index + 4, 0, ...paragraph(state.Token, rest.slice(body), inline));
    });
  });
}

function closing(tokens: Token[], open: number): Token {
  return tokens
    .slice(open + 1)
    .find((token) => token.type === "blockquote_close" && token.level === tokens[open]!.level)!;
}

/** 标题后面同一段里的文字另起一段。 */
function paragraph(Type: typeof Token, children: Token[], like: Token): Token[] {
  if (children[0]?.type === "text") children[0].content = children[0].content.trimStart();
  const open = new Type("paragraph_open", "p", 1);
  const inline = new Type("inline", "", 0);
  const close = new Type("paragraph_close", "p", -1);
  open.block = close.block = true;
  inline.level = like.level;
  inline.children = children;
  return [open, inline, close];
}
