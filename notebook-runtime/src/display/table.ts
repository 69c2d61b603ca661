import { escapeHtml, plain, show } from "./bundle.js";
import type { DisplayOptions } from "./rich.js";

/** 一行：按列名取值的对象，或依次的值。 */
export type Row = Record<string, unknown> | readonly unknown[];

/**
 * 显示一张表（HTML，另附对齐的文本）。
 *
 * @param columns 列名；行是对象时缺省为所有行出现过的键，行是数组时缺省为 0、1、2…
 */
export function table(rows: Iterable<Row>, columns?: readonly string[], options: DisplayOptions = {}): void {
  const list = [...rows].map((row) => (Array.isArray(row) ? row : (plain(row) as Row)));
  const names = columns ?? defaultColumns(list);
  const cells = list.map((row) =>
    names.map((name, i) => cellText(Array.isArray(row) ? row[i] : (row as never)[name])),
  );
  const numeric = names.map(
    (_, i) => cells.length > 0 && cells.every((row) => row[i].numeric || row[i].text === ""),
  );
  show(
    { "text/html": asHtml(names, cells, numeric), "text/plain": asText(names, cells, numeric) },
    options.id,
  );
}

interface Cell {
  text: string;
  numeric: boolean;
}

function defaultColumns(rows: Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const key of Object.keys(row)) names.add(key);
  return [...names];
}

function cellText(value: unknown): Cell {
  if (value === undefined || value === null) return { text: "", numeric: false };
  if (typeof value === "number") return { text: formatNumber(value), numeric: true };
  if (typeof value === "bigint") return { text: String(value), numeric: true };
  if (typeof value === "string" || typeof value === "boolean") return { text: String(value), numeric: false };
  return { text: JSON.stringify(plain(value)) ?? String(value), numeric: false };
}

/** 整数照写；小数留六位有效数字，与教材里的写法一致。 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e15)) return String(value);
  return String(Number(value.toPrecision(6)));
}

function asHtml(names: readonly string[], cells: Cell[][], numeric: boolean[]): string {
  const align = (i: number) => (numeric[i] ? ' style="text-align:right"' : ' style="text-align:left"');
  const head = names.map((name, i) => `<th${align(i)}>${escapeHtml(name)}</th>`).join("");
  const body = cells
    .map((row) => `<tr>${row.map(({ text }, i) => `<td${align(i)}>${escapeHtml(text)}</td>`).join("")}</tr>`)
    .join("");
  return `<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
}

function asText(names: readonly string[], cells: Cell[][], numeric: boolean[]): string {
  const widths = names.map((name, i) => Math.max(width(name), ...cells.map((row) => width(row[i].text))));
  const line = (texts: string[]) =>
    texts
      .map((text, i) => {
        const space = " ".repeat(widths[i] - width(text));
        return numeric[i] ? space + text : text + space;
      })
      .join("  ")
      .trimEnd();
  return [
    line([...names]),
    line(widths.map((w) => "-".repeat(w))),
    ...cells.map((row) => line(row.map(({ text }) => text))),
  ].join("\n");
}

/** 全角字符占两格。 */
function width(text: string): number {
  let total = 0;
  for (const char of text)
    total +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        char,
      )
        ? 2
        : 1;
  return total;
}
