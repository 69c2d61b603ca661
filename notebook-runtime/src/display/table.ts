import { plain } from "./bundle.js";
import type { DisplayOptions } from "./options.js";
import { show } from "./show.js";
import { type Cell, cellOf, visibleRows } from "./table/grid.js";
import { gridHtml, gridText } from "./table/render.js";

/** 一行：按列名取值的对象，或依次的值。 */
export type Row = Record<string, unknown> | readonly unknown[];

export interface TableOptions extends DisplayOptions {
  /** 最多显示几行，默认 60；更多时只有头尾。 */
  rows?: number;
}

/**
 * 显示一张表：HTML，另附对齐的文本。数字靠右，小数留六位有效数字；
 * 行太多时只显示头尾，并说明中间略去了几行。
 *
 * @param columns 列名；行是对象时缺省为所有行出现过的键，行是数组时缺省为 0、1、2…
 *
 * @example
 * table([{ 步: 1, 损失: 0.5 }, { 步: 2, 损失: 1 / 3 }]);
 * // => text/plain "步      损失\n--  --------\n 1       0.5\n 2  0.333333"
 */
export function table(rows: Iterable<Row>, columns?: readonly string[], options: TableOptions = {}): void {
  const list = [...rows];
  const names = columns ?? defaultColumns(list);
  const { indices, gap } = visibleRows(list.length, options.rows);
  const grid = {
    columns: [...names],
    rows: indices.map((i) => {
      const row = list[i] as Record<string, unknown>;
      return names.map((name, j) => explicitCell(row[Array.isArray(row) ? j : name]));
    }),
    ...(gap ? { gap } : {}),
  };
  show({ "text/html": gridHtml(grid), "text/plain": gridText(grid) }, options);
}

function defaultColumns(rows: Row[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const key of Object.keys(row)) names.add(key);
  return [...names];
}

/** 张量等先变成数；短的数组直接写出来。 */
function explicitCell(value: unknown): Cell {
  if (typeof value !== "object" || value === null) return cellOf(value);
  const data = plain(value);
  if (typeof data !== "object") return cellOf(data);
  const text = JSON.stringify(data);
  return text.length <= 80 ? { text, numeric: false } : cellOf(data);
}
