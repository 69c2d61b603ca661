import type { MarkdownIt } from "markdown-it";

/** 行内 `$…$`：紧贴内容的一对美元号；收尾的后面不能是数字（`$5 与 $6` 不是公式）。 */
const inline = /\$(?![\s$])((?:\\[\s\S]|[^\\$])+?)(?<!\s)\$(?!\d)/y;
const display = /\$\$((?:\\[\s\S]|[^\\$])+?)\$\$/y;
const reference = /\\(?:eqref|ref)\{([^}]*)\}/y;
const environment = /^\\begin\{(equation|align|gather)(\*?)\}/;

function at(pattern: RegExp, text: string, position: number): RegExpExecArray | null {
  pattern.lastIndex = position;
  return pattern.exec(text);
}

/** JupyterLab 先取走公式再解析表格，所以表格里公式中的竖线不分栏；这里照办。 */
export function protectTableMath(source: string): string {
  return source.replace(/^[ >]*\|.*$/gm, (line) =>
    line.replace(/\$(?:\\.|[^$\\])+\$/g, (math) =>
      math.replace(/\\\||\|/g, (bar) => (bar === "|" ? "\\vert " : "\\Vert ")),
    ),
  );
}

/** 认出公式，产生 `math_inline`、`math_block`、`math_reference` 三种记号；排版由渲染规则做。 */
export function mathPlugin(md: MarkdownIt): void {
  md.inline.ruler.before("escape", "math", (state, silent) => {
    const { src, pos } = state;
    const char = src[pos];
    if (char !== "$" && char !== "\\") return false;
    if (char === "\\") {
      const match = at(reference, src, pos);
      if (!match) return false;
      if (!silent) state.push("math_reference", "", 0).content = match[1]!;
      state.pos = pos + match[0].length;
      return true;
    }
    const block = at(display, src, pos);
    const match = block ?? at(inline, src, pos);
    if (!match) return false;
    if (!silent) {
      const content = match[1]!;
      const target = at(reference, content, 0);
      if (target && target[0].length === content.length) {
        state.push("math_reference", "", 0).content = target[1]!;
      } else {
        state.push(block ? "math_display" : "math_inline", "", 0).content = content;
      }
    }
    state.pos = pos + match[0].length;
    return true;
  });

  md.block.ruler.before(
    "fence",
    "math",
    (state, startLine, endLine, silent) => {
      const line = (index: number) =>
        state.src.slice(state.bMarks[index]! + state.tShift[index]!, state.eMarks[index]!);
      const first = line(startLine);
      const opened = environment.exec(first);
      if (!first.startsWith("$$") && !opened) return false;
      const close = opened ? `\\end{${opened[1]}${opened[2]}}` : "$$";
      const skip = opened ? 0 : 2;
      const parts: string[] = [];
      let next = startLine;
      for (let text = first.slice(skip); ; text = line(next)) {
        const end = text.indexOf(close);
        if (end >= 0) {
          if (text.slice(end + close.length).trim() !== "") return false;
          parts.push(opened ? text.slice(0, end) + close : text.slice(0, end));
          break;
        }
        parts.push(text);
        next++;
        if (next >= endLine || state.sCount[next]! < state.blkIndent) return false;
      }
      if (silent) return true;
      const token = state.push("math_block", "", 0);
      token.block = true;
      token.content = parts.join("\n").trim();
      token.map = [startLine, next + 1];
      state.line = next + 1;
      return true;
    },
    { alt: ["paragraph", "reference", "blockquote", "list"] },
  );
}
