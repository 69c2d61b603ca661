import { shorten } from "../text.js";
import { kindOf, mapEntries, typedLength } from "../value/kind.js";
import { label } from "../value/label.js";
import { isObject, isProxy, ownKeys, property } from "../value/read.js";
import { COLUMNS, cellOf, type Grid, ROWS, visibleRows } from "./grid.js";

/** 决定列与类型时看多少行。 */
const SAMPLE = 500;

/**
 * 看起来是一张表的值 → 表；不是则是 null：
 * 记录的数组、值是记录的 Map、各列等长且至少一列是类型化数组的对象。
 */
export function recordGrid(value: object, limit = ROWS): Grid | null {
  if (isProxy(value)) return null;
  switch (kindOf(value)) {
    case "array":
      return rowsGrid(value as unknown[], limit);
    case "map": {
      const { size, entries } = mapEntries(value, SAMPLE);
      if (size !== entries.length) return null;
      const names = entries.map(([key]) => (typeof key === "string" ? shorten(key, 60) : label(key).text));
      return rowsGrid(
        entries.map(([, row]) => row),
        limit,
        names,
      );
    }
    case "object":
      return columnsGrid(value, limit);
    default:
      return null;
  }
}

/** 记录：有名字的属性，自己不带别的显示方式。 */
function isRecord(value: unknown): value is object {
  return isObject(value) && !isProxy(value) && kindOf(value) === "object";
}

function rowsGrid(rows: unknown[], limit: number, names?: string[]): Grid | null {
  if (rows.length < 2) return null;
  const columns = new Map<string, { filled: number; simple: number; types: Set<string> }>();
  const sample = Math.min(rows.length, SAMPLE);
  for (let i = 0; i < sample; i++) {
    const row = at(rows, i);
    if (!isRecord(row)) return null;
    for (const key of ownKeys(row)) {
      if (typeof key === "symbol") return null;
      const found = property(row, key);
      if (found.accessor) return null;
      const column = columns.get(key) ?? { filled: 0, simple: 0, types: new Set() };
      columns.set(key, column);
      column.filled += 1;
      column.types.add(typeName(found.value));
      if (!isObject(found.value)) column.simple += 1;
    }
    if (columns.size > 200) return null;
  }
  const all = [...columns.values()];
  const filled = all.reduce((sum, column) => sum + column.filled, 0);
  const simple = all.reduce((sum, column) => sum + column.simple, 0);
  // 大半的格子有值、大半的值是基本类型，才值得排成表。
  if (columns.size === 0 || filled * 2 < sample * columns.size || simple * 2 < filled) return null;
  const shown = [...columns].slice(0, COLUMNS);
  const { indices, gap } = visibleRows(rows.length, limit);
  return {
    columns: ["", ...shown.map(([key]) => key)],
    types: ["", ...shown.map(([, { types }]) => typesText(types))],
    rows: indices.map((i) => {
      const row = at(rows, i);
      const index = { text: names?.[i] ?? String(i), numeric: names === undefined };
      return [index, ...shown.map(([key]) => cellOf(isRecord(row) ? property(row, key).value : row))];
    }),
    ...(gap ? { gap } : {}),
    ...(columns.size > COLUMNS ? { moreColumns: columns.size - COLUMNS } : {}),
  };
}

function at(rows: unknown[], i: number): unknown {
  return property(rows, String(i)).value;
}

function columnsGrid(value: object, limit: number): Grid | null {
  const keys = ownKeys(value);
  if (keys.length === 0 || keys.length > 200) return null;
  const columns: { name: string; list: ArrayLike<unknown>; type: string }[] = [];
  let typed = false;
  let length = -1;
  for (const key of keys) {
    const { value: list, accessor } = property(value, key);
    if (typeof key === "symbol" || accessor || !isObject(list) || isProxy(list)) return null;
    const kind = kindOf(list);
    if (kind !== "typed" && kind !== "array") return null;
    typed ||= kind === "typed";
    const size = kind === "typed" ? typedLength(list) : (list as unknown[]).length;
    if (length >= 0 && size !== length) return null;
    length = size;
    const type = kind === "typed" ? Object.prototype.toString.call(list).slice(8, -6) : "";
    columns.push({ name: key, list: list as ArrayLike<unknown>, type: type.toLowerCase() });
  }
  if (!typed || length < 2) return null;
  const shown = columns.slice(0, COLUMNS);
  const { indices, gap } = visibleRows(length, limit);
  return {
    columns: ["", ...shown.map(({ name }) => name)],
    types: ["", ...shown.map(({ type }) => type)],
    rows: indices.map((i) => [
      { text: String(i), numeric: true },
      ...shown.map(({ list }) => cellOf(Array.isArray(list) ? property(list, String(i)).value : list[i])),
    ]),
    ...(gap ? { gap } : {}),
    ...(columns.length > COLUMNS ? { moreColumns: columns.length - COLUMNS } : {}),
  };
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function typesText(types: Set<string>): string {
  const names = [...types].filter((name) => name !== "undefined");
  return names.length > 3 ? "混合" : names.join(" | ");
}
