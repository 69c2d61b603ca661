import { isJsonMime } from "./parse.js";
import type { Notebook, NotebookCell, NotebookOutput } from "./types.js";

/** 写成 nbformat 4.5 的文本：键排序，一格缩进，文本按行拆开，末尾换行。输出原样保留。 */
export function serializeNotebook(notebook: Notebook): string {
  const minor = Math.max(5, notebook.nbformat_minor);
  const raw = { ...notebook, nbformat_minor: minor, cells: notebook.cells.map(rawCell) };
  return `${JSON.stringify(sorted(raw), null, 1)}\n`;
}

/** 规范形：去掉输出与执行序号、只关乎界面的元数据；同样的内容总是同样的字节。 */
export function canonicalNotebook(notebook: Notebook): Notebook {
  const { metadata } = notebook;
  const kept: Record<string, unknown> = { ...metadata };
  delete kept.widgets;
  delete kept.signature;
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: kept,
    cells: notebook.cells.map((cell) => {
      const metadata = { ...cell.metadata };
      for (const key of ["execution", "collapsed", "scrolled", "trusted", "ExecuteTime"])
        delete metadata[key];
      const source = cell.source.replace(/\r\n?/g, "\n").replace(/[ \t\n]+$/, "");
      if (cell.cell_type !== "code") return { ...cell, metadata, source };
      return { ...cell, metadata, source, outputs: [], execution_count: null };
    }),
  };
}

/** 规范形的文本：`tidu nb format` 写的就是它。 */
export function formatNotebook(notebook: Notebook): string {
  return serializeNotebook(canonicalNotebook(notebook));
}

function rawCell(cell: NotebookCell): Record<string, unknown> {
  const source = splitLines(cell.source);
  if (cell.cell_type !== "code") return { ...cell, source };
  return { ...cell, source, outputs: cell.outputs.map(rawOutput) };
}

function rawOutput(output: NotebookOutput): Record<string, unknown> {
  if (output.output_type === "stream") return { ...output, text: splitLines(output.text) };
  if (output.output_type === "error") return { ...output };
  const data: Record<string, unknown> = {};
  for (const [mime, value] of Object.entries(output.data)) {
    data[mime] = typeof value === "string" && !isJsonMime(mime) ? splitLines(value) : value;
  }
  if (output.output_type === "display_data") {
    return { output_type: "display_data", data, metadata: output.metadata };
  }
  return { ...output, data };
}

/** 每行带自己的换行符，末行可以没有；空文本是空数组。 */
export function splitLines(text: string): string[] {
  return text === "" ? [] : text.split(/(?<=\n)/);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  // 用 defineProperty 的语义建对象：键可能叫 __proto__。
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([key, item]) => [key, sorted(item)]),
  );
}
