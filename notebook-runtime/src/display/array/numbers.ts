import { isList, property } from "../value/read.js";
import type { Numbers } from "./heat-map.js";

/** 逐个看属性描述的上限；更长的数组抽查，其余直接读。 */
const CHECKED = 10_000;
/** 抄成一列的矩阵最多这么多个数。 */
const COPIED = 1_000_000;

/** 全是数的数组，或各行等长、全是数的矩阵 → 形状与数据；不是则是 null。 */
export function numbersOf(value: unknown[]): { shape: number[]; data: Numbers } | null {
  if (value.length === 0) return null;
  const first = property(value, "0").value;
  if (typeof first === "number")
    return allNumbers(value) ? { shape: [value.length], data: value as number[] } : null;
  if (!isList(first) || first.length === 0 || value.length * first.length > COPIED) return null;
  const data = new Float64Array(value.length * first.length);
  for (let i = 0; i < value.length; i++) {
    const row = property(value, String(i)).value;
    if (!isList(row) || row.length !== first.length || !allNumbers(row)) return null;
    data.set(row, i * first.length);
  }
  return { shape: [value.length, first.length], data };
}

function allNumbers(list: unknown[]): list is number[] {
  const step = Math.max(1, Math.floor(list.length / CHECKED));
  for (let i = 0; i < list.length; i += step) {
    const found = property(list, String(i));
    if (found.accessor || typeof found.value !== "number") return false;
  }
  return step === 1 || list.every((item) => typeof item === "number");
}
