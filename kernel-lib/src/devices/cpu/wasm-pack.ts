import type { TypedArray } from "../../dtype.js";

/** 一个按步长存放的矩阵：转置只是把两个步长对调。 */
export interface Strided {
  readonly data: TypedArray;
  readonly offset: number;
  readonly row: number;
  readonly column: number;
}

/**
 * 把 count 条（相邻两条相隔 across）按 width 条一组打包：组内先走 width 条的第 0 个元素，再走第 1 个 ……
 * 一条有 length 个元素，相隔 along。凑不满一组的补零。
 */
export function pack(
  to: TypedArray,
  at: number,
  width: number,
  data: TypedArray,
  from: number,
  across: number,
  count: number,
  along: number,
  length: number,
): void {
  for (let t = 0; t < count; t += width, from += width * across) {
    const live = Math.min(width, count - t);
    if (live < width) to.fill(0, at, at + width * length);
    if (width === 4 && live === 4) {
      const [s2, s3] = [2 * across, 3 * across];
      for (let p = 0, s = from; p < length; p++, s += along, at += 4) {
        to[at] = data[s]!;
        to[at + 1] = data[s + across]!;
        to[at + 2] = data[s + s2]!;
        to[at + 3] = data[s + s3]!;
      }
    } else {
      for (let p = 0, s = from; p < length; p++, s += along, at += width) {
        for (let c = 0, q = s; c < live; c++, q += across) to[at + c] = data[q]!;
      }
    }
  }
}

/** 把 WASM 里算好的一块（行距 ldc）抄到 out，或加到 out 上。 */
export function copyOut(
  block: TypedArray,
  at: number,
  ldc: number,
  out: TypedArray,
  to: number,
  row: number,
  m: number,
  n: number,
  add: boolean,
): void {
  if (!add && ldc === n && row === n) {
    out.set(block.subarray(at, at + m * n), to);
    return;
  }
  for (let i = 0; i < m; i++, at += ldc, to += row) {
    if (add) for (let j = 0; j < n; j++) out[to + j]! += block[at + j]!;
    else for (let j = 0; j < n; j++) out[to + j] = block[at + j]!;
  }
}
