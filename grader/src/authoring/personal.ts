import type { Notebook, NotebookCell } from "@tidu/notebook-runtime";
import { messages } from "../messages.js";
import { findQuestion } from "../problems/index.js";
import { constantsFor } from "../variant.js";
import { AuthoringError } from "./authoring-error.js";

/** 一行里“变体：题名.常数”之前的最后一个数，就是这个常数。 */
const MARK = /^(.*?)(-?\d+(?:\.\d+)?)([^\d\n]*变体：([\w-]+\.[\w-]+)\.(\w+).*)$/;
const CHECK = /await check\("([^"]+)", ([\w$]+)\);/g;

/**
 * 换成某个学习者的那一份：带「变体：题名.常数」记号的行换上他的常数，`check` 也带上他的名字，
 * 元数据记下他是谁。不指名时只核对：写着的常数要是候选值里的第一个。
 */
export function personalise(notebook: Notebook, path: string, student?: string): Notebook {
  const cells = notebook.cells.map((cell, index) => ({
    ...cell,
    source: rewrite(cell, index + 1, path, student),
  }));
  if (student === undefined) return { ...notebook, cells };
  const tidu = { ...(notebook.metadata["tidu"] as object), student };
  return { ...notebook, cells, metadata: { ...notebook.metadata, tidu } };
}

function rewrite(cell: NotebookCell, number: number, path: string, student?: string): string {
  const lines = cell.source.split("\n").map((line) => {
    const found = MARK.exec(line);
    if (found === null) return line;
    const [, before, written, after, id, name] = found as unknown as string[];
    const question = findQuestion(id!);
    const value = question === undefined ? undefined : constantsFor(question, student)[name!];
    if (value === undefined)
      throw new AuthoringError(messages.badVariant(path, number, `没有 ${id}.${name} 这个常数`));
    if (student === undefined && Number(written) !== value)
      throw new AuthoringError(
        messages.badVariant(path, number, `${id}.${name} 应写成 ${value}，写的是 ${written}`),
      );
    return `${before}${value}${after}`;
  });
  const source = lines.join("\n");
  if (student === undefined || cell.cell_type !== "code") return source;
  return source.replace(CHECK, (whole, id, fn) =>
    findQuestion(id)?.variants === undefined
      ? whole
      : `await check("${id}", ${fn}, { student: ${JSON.stringify(student)} });`,
  );
}
