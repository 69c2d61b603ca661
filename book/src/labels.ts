import type { Problem } from "./errors.js";

/** 一个可以引用的东西：公式或图。 */
export interface Label {
  kind: "eq" | "fig";
  /** 页内的锚，也就是作者写的标签，如 `eq:huber`。 */
  name: string;
  /** 全书唯一的号，如 `3.2.1`。 */
  number: string;
  cell: number;
}

export type Labels = ReadonlyMap<string, Label>;

const display = /\$\$([\s\S]*?)\$\$|\\begin\{(equation|align|gather)\}[\s\S]*?\\end\{\2\}/g;
const equationLabel = /\\label\{([^}]*)\}/;
const caption = /^\*\*图\*\*\s*(?:<a id="([^"]+)"><\/a>)?/gm;
const code = /^(```|~~~)[\s\S]*?^\1|`[^`\n]*`/gm;

/**
 * 按出现的顺序给一章的公式和图编号。
 *
 * @param cells 全部单元格；只看 Markdown 的。
 * @param chapter 章号，如 `3.2`。
 */
export function collectLabels(
  cells: readonly { type: string; source: string }[],
  chapter: string,
  file: string,
): { labels: Map<string, Label>; problems: Problem[] } {
  const labels = new Map<string, Label>();
  const problems: Problem[] = [];
  const counts = { eq: 0, fig: 0 };
  const add = (kind: "eq" | "fig", name: string | undefined, cell: number) => {
    const number = `${chapter}.${++counts[kind]}`;
    const key = name ?? `${kind}:${number}`;
    if (labels.has(key)) {
      const message = `标签 ${key} 重复，前一处在第 ${labels.get(key)!.cell} 个单元格；改掉其中一个`;
      problems.push({ id: "TIDU-BOOK-101", file, cell, message });
      return;
    }
    labels.set(key, { kind, name: key, number, cell });
  };
  cells.forEach(({ type, source }, index) => {
    if (type !== "markdown") return;
    const prose = source.replace(code, "");
    for (const match of prose.matchAll(display)) {
      const name = equationLabel.exec(match[0])?.[1];
      if (name !== undefined) add("eq", name, index + 1);
    }
    for (const match of prose.matchAll(caption)) add("fig", match[1], index + 1);
  });
  return { labels, problems };
}
