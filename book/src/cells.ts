import type { Notebook, NotebookCell } from "@tidu/notebook-runtime";
import type { Highlight } from "./highlight.js";
import type { Markdown } from "./markdown.js";
import { renderMathSafely } from "./math.js";
import { renderOutputs } from "./outputs.js";
import type { PageEnv } from "./page-env.js";
import { cellTags } from "./tags.js";
import { escapeHtml } from "./text.js";

export interface CellTools {
  markdown: Markdown;
  highlight: Highlight;
}

/** 把一篇笔记本变成正文 HTML。`enter(k)` 在渲染第 k 个单元格（从 1 数起）之前调用。 */
export function renderCells(
  notebook: Notebook,
  env: PageEnv,
  tools: CellTools,
  enter: (cell: number) => void,
): string {
  let code = 0;
  return notebook.cells
    .map((cell, index) => {
      enter(index + 1);
      const tags = cellTags(cell);
      if (tags.has("remove-cell")) return "";
      if (cell.cell_type === "markdown") return tools.markdown.render(cell.source, env);
      if (cell.cell_type === "raw" || cell.source.trim() === "") return "";
      code++;
      env.passages.at(-1)!.text += `${cell.source}\n`;
      return codeCell(cell, code, tags, env, tools);
    })
    .join("\n");
}

function codeCell(
  cell: NotebookCell & { cell_type: "code" },
  number: number,
  tags: Set<string>,
  env: PageEnv,
  tools: CellTools,
): string {
  const question = (cell.metadata["tidu"] as { question?: string } | undefined)?.question;
  const code = `<pre class="code" tabindex="0" aria-label="单元格 ${number} 的代码"><code>${tools.highlight(cell.source, "typescript")}</code></pre>`;
  // stderr 是执行那台机器的杂音（驱动的警告之类），不进书；页内运行时照常显示
  const shown = cell.outputs.filter((output) => output.output_type !== "stream" || output.name !== "stderr");
  const outputs = renderOutputs(shown, {
    markdown: (source) => tools.markdown.render(source, env),
    math: (tex) => renderMathSafely(tex, true, (why) => env.report("TIDU-BOOK-103", why)),
  });
  const fold = (folded: boolean, summary: string, body: string) =>
    folded ? `<details class="fold"><summary>${summary}</summary>${body}</details>` : body;
  const attributes = question === undefined ? "" : ` data-question="${escapeHtml(question)}"`;
  return `<div class="cell${question === undefined ? "" : " cell-question"}" id="cell-${number}" data-cell="${number}" data-id="${escapeHtml(cell.id)}"${attributes} role="group" aria-label="单元格 ${number}">
${fold(tags.has("hide-input"), "代码", `<div class="cell-code">${code}</div>`)}
${fold(tags.has("hide-output"), "输出", `<div class="cell-outputs">${outputs}</div>`)}
</div>`;
}
