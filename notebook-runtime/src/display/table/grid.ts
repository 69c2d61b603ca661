import { shorten } from "../text.js";
import { treeHtml } from "../value/html.js";
import { label } from "../value/label.js";
import { isObject } from "../value/read.js";
import { grow } from "../value/tree.js";

export interface Cell {
  text: string;
  numeric: boolean;
  /** 能展开的值：HTML 里折叠着。 */
  html?: string;
}

/** 一张截好的表；行数、列数超过的部分只剩个数。 */
export interface Grid {
  columns: string[];
  /** 每列的类型，写在列名下面。 */
  types?: string[];
  rows: Cell[][];
  /** 在第几行之前略去了多少行。 */
  gap?: { at: number; rows: number };
  /** 没有列出的列数。 */
  moreColumns?: number;
}

/** 最多显示这么多行（另加末尾几行）、这么多列。 */
export const ROWS = 60;
const TAIL = 5;
export const COLUMNS = 20;

/** 要显示的行号：太多就只取头尾。 */
export function visibleRows(total: number, limit = ROWS): { indices: number[]; gap?: Grid["gap"] } {
  if (total <= limit) return { indices: Array.from({ length: total }, (_, i) => i) };
  const tail = Math.min(TAIL, Math.floor(limit / 2));
  const head = limit - tail;
  const indices = Array.from({ length: limit }, (_, i) => (i < head ? i : total - limit + i));
  return { indices, gap: { at: head, rows: total - limit } };
}

/** 值 → 单元格；对象折起来，不执行它的代码。 */
export function cellOf(value: unknown): Cell {
  if (value === undefined || value === null) return { text: "", numeric: false };
  if (typeof value === "number") return { text: formatNumber(value), numeric: true };
  if (typeof value === "bigint") return { text: label(value).text.replace(/n$/, ""), numeric: true };
  if (typeof value === "string") return { text: shorten(value, 200), numeric: false };
  if (!isObject(value)) return { text: String(value), numeric: false };
  const item = grow(value, { depth: 2, items: 12 });
  item.text = shorten(item.text, 48);
  const folds = item.items !== undefined || item.block !== undefined;
  return { text: item.text, numeric: false, ...(folds ? { html: treeHtml(item, false) } : {}) };
}

/** 整数照写；小数留六位有效数字，与教材里的写法一致。 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value) || (Number.isInteger(value) && Math.abs(value) < 1e15)) return String(value);
  return String(Number(value.toPrecision(6)));
}
