import type { Notebook, NotebookCell, NotebookOutput } from "../nbformat/types.js";
import type { CellError, ErrorOutput, ExecuteResult, Output } from "../types.js";
import type { ExecutedNotebook, ExecuteNotebookOptions } from "./options.js";
import { createNodeSession } from "./session.js";

/** 依次执行代码单元格，返回带输出的副本；遇到第一个失败的单元格就停下（除非 keepGoing）。 */
export async function executeNotebook(
  notebook: Notebook,
  options: ExecuteNotebookOptions = {},
): Promise<ExecutedNotebook> {
  const session = options.session ?? (await createNodeSession(options));
  const cells: NotebookCell[] = notebook.cells.map((cell) => structuredClone(cell));
  for (const cell of cells) {
    if (cell.cell_type === "code") Object.assign(cell, { outputs: [], execution_count: null });
  }
  const executed: ExecutedNotebook = { notebook: { ...structuredClone(notebook), cells } };
  try {
    let count = 0;
    for (const [index, cell] of cells.entries()) {
      if (cell.cell_type !== "code" || cell.source.trim() === "") continue;
      count += 1;
      const result = await session.execute(cell.source, {
        cell: `单元格 [${count}]`,
        timeout: options.timeout,
        signal: options.signal,
      });
      cell.execution_count = count;
      cell.outputs = storedOutputs(result.outputs, count);
      options.onCell?.({ index, total: cells.length, result });
      if (result.status === "ok") continue;
      executed.failed ??= { cellIndex: index, status: result.status, error: failure(result) };
      if (!options.keepGoing) break;
    }
  } finally {
    if (options.session === undefined) await session.close();
  }
  return executed;
}

/** 能写进笔记本文件的那些输出；执行序号在这里填。 */
export function storedOutputs(outputs: Output[], count: number | null): NotebookOutput[] {
  const stored: NotebookOutput[] = [];
  for (const output of outputs) {
    if (output.output_type === "execute_result") stored.push({ ...output, execution_count: count });
    else if (output.output_type === "display_data") {
      const { data, metadata } = output;
      stored.push({ output_type: "display_data", data, metadata });
    } else if (output.output_type === "stream" || output.output_type === "error") stored.push(output);
  }
  return stored;
}

function failure(result: ExecuteResult): CellError {
  if (result.error) return result.error;
  const shown = result.outputs.find((o): o is ErrorOutput => o.output_type === "error");
  return shown ?? { ename: result.status, evalue: "", traceback: [] };
}
