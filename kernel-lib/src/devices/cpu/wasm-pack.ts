import type { TypedArray } from "../../dtype.js";

/** 一个按步长存放的矩阵：转置只是把两个步长对调。 */
export interface Strided {
  readonly data: TypedArray;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/** 连续的一段至少这么长才值得整段抄：建一个子数组本身也要花时间。 */
const longRun = 64;

/** 把 m 行 n 列抄到 to：源的行距、列距任意，目的地行距 pitch、列连续。 */
export function copyIn(
  to: TypedArray,
  at: number,
  pitch: number,
  data: TypedArray,
  from: number,
  row: number,
  m: number,
  column: number,
  n: number,
): void {
  if (column === 1 && row === n && pitch === n && m * n >= longRun) {
    to.set(data.subarray(from, from + m * n), at);
    return;
  }
  for (let i = 0; i < m; i++, at += pitch, from += row) {
    if (column === 1 && n >= longRun) to.set(data.subarray(from, from + n), at);
    else for (let j = 0, s = from; j < n; j++, s += column) to[at + j] = data[s]!;
  }
}

/** 同 copyIn，但源在行的方向连续：每次走四列，两边都不至于每步跳一条缓存线。 */
export function transposeIn(
  to: TypedArray,
  at: number,
  pitch: number,
  data: TypedArray,
  from: number,
  row: number,
  m: number,
  column: number,
  n: number,
): void {
  const [c2, c3] = [2 * column, 3 * column];
  let j = 0;
  for (; j + 3 < n; j += 4, from += 4 * column) {
    for (let i = 0, s = from, d = at + j; i < m; i++, s += row, d += pitch) {
      to[d] = data[s]!;
      to[d + 1] = data[s + column]!;
      to[d + 2] = data[s + c2]!;
      to[d + 3] = data[s + c3]!;
    }
  }
  if (j < n) copyIn(to, at + j, pitch, data, from, row, m, column, n - j);
}

/** 把 m 行 n 列（行距、列距任意）加到 out 上。 */
export function addOut(
  data: TypedArray,
  from: number,
  row: number,
  column: number,
  out: TypedArray,
  to: number,
  pitch: number,
  m: number,
  n: number,
): void {
  for (let i = 0; i < m; i++, from += row, to += pitch) {
    for (let j = 0, s = from; j < n; j++, s += column) out[to + j]! += data[s]!;
  }
}
