import { allocate, dtypeOf, type TypedArray } from "../../dtype.js";
import type { Strided } from "./wasm-pack.js";

let panel: Float64Array = new Float64Array(0);

/** 更快的实现；不适合这一次的大小或类型时返回 false。 */
type FastGemm = (...args: Parameters<typeof gemm>) => boolean;

let fast: FastGemm | null = null;

/** 由 accelerate.ts 装上 WASM 的实现。 */
export function setFastGemm(implementation: FastGemm): void {
  fast = implementation;
}

/**
 * out[m×n] = a[m×k]·b[k×n]，out 行优先、从 start 起。浮点矩阵交给 WASM SIMD；
 * 没有它、太小或是整数时，b 每四列打包成一条，内层一次算 2×4 个内积，八个累加器都在寄存器里。
 */
export function gemm(
  out: TypedArray,
  start: number,
  m: number,
  n: number,
  k: number,
  a: Strided,
  b: Strided,
): void {
  if (!fast?.(out, start, m, n, k, a, b)) gemmByScalars(out, start, m, n, k, a, b);
}

/** 不用 WASM 的那一半；导出是为了在有 WASM 的机器上也测得到它。 */
export function gemmByScalars(
  out: TypedArray,
  start: number,
  m: number,
  n: number,
  k: number,
  a: Strided,
  b: Strided,
): void {
  if (n === 1) {
    gemv(out, start, m, k, a, { ...b, step: b.row });
    return;
  }
  if (m === 1) {
    const transposed = { ...b, row: b.column, column: b.row };
    gemv(out, start, n, k, transposed, { ...a, step: a.column });
    return;
  }
  const left = a.column === 1 ? a : packRows(a, m, k);
  if (panel.length < 4 * k) panel = new Float64Array(4 * k);
  for (let j = 0; j < n; j += 4) {
    const width = Math.min(4, n - j);
    packPanel(b, j, width, k);
    for (let i = 0; i < m; i += 2) {
      const second = i + 1 < m ? left.offset + (i + 1) * left.row : left.offset + i * left.row;
      tile(out, start + i * n + j, n, width, i + 1 < m, left.data, left.offset + i * left.row, second, k);
    }
  }
}

/** 矩阵乘向量：沿内存连续的方向走，行连续就逐行求内积，列连续就逐列累加。 */
function gemv(
  out: TypedArray,
  start: number,
  rows: number,
  k: number,
  a: Strided,
  v: { readonly data: TypedArray; readonly offset: number; readonly step: number },
): void {
  const x = new Float64Array(k);
  for (let p = 0; p < k; p++) x[p] = v.data[v.offset + p * v.step]!;
  if (a.row === 1 && a.column !== 1) {
    const sum = new Float64Array(rows);
    for (let p = 0; p < k; p++) axpy(sum, x[p]!, a.data, a.offset + p * a.column, rows);
    for (let i = 0; i < rows; i++) out[start + i] = sum[i]!;
    return;
  }
  const left = a.column === 1 ? a : packRows(a, rows, k);
  for (let i = 0; i < rows; i++) out[start + i] = dot(left.data, left.offset + i * left.row, x, k);
}

function axpy(sum: Float64Array, x: number, data: TypedArray, from: number, n: number): void {
  for (let i = 0; i < n; i++) sum[i]! += x * data[from + i]!;
}

function dot(data: TypedArray, from: number, x: Float64Array, k: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let p = 0;
  for (; p + 3 < k; p += 4) {
    s0 += data[from + p]! * x[p]!;
    s1 += data[from + p + 1]! * x[p + 1]!;
    s2 += data[from + p + 2]! * x[p + 2]!;
    s3 += data[from + p + 3]! * x[p + 3]!;
  }
  for (; p < k; p++) s0 += data[from + p]! * x[p]!;
  return s0 + s1 + (s2 + s3);
}

function packRows(a: Strided, m: number, k: number): Strided {
  const data = allocate(dtypeOf(a.data), m * k);
  for (let i = 0; i < m; i++) {
    const from = a.offset + i * a.row;
    for (let p = 0; p < k; p++) data[i * k + p] = a.data[from + p * a.column]!;
  }
  return { data, offset: 0, row: k, column: 1 };
}

function packPanel(b: Strided, j: number, width: number, k: number): void {
  const { data, row, column } = b;
  for (let p = 0; p < k; p++) {
    const from = b.offset + p * row + j * column;
    for (let c = 0; c < 4; c++) panel[4 * p + c] = c < width ? data[from + c * column]! : 0;
  }
}

function tile(
  out: TypedArray,
  at: number,
  n: number,
  width: number,
  two: boolean,
  a: TypedArray,
  first: number,
  second: number,
  k: number,
): void {
  const b = panel;
  let [p0, p1, p2, p3] = [0, 0, 0, 0];
  let [q0, q1, q2, q3] = [0, 0, 0, 0];
  for (let p = 0; p < k; p++) {
    const x = a[first + p]!;
    const y = a[second + p]!;
    const b0 = b[4 * p]!;
    const b1 = b[4 * p + 1]!;
    const b2 = b[4 * p + 2]!;
    const b3 = b[4 * p + 3]!;
    p0 += x * b0;
    p1 += x * b1;
    p2 += x * b2;
    p3 += x * b3;
    q0 += y * b0;
    q1 += y * b1;
    q2 += y * b2;
    q3 += y * b3;
  }
  store(out, at, width, p0, p1, p2, p3);
  if (two) store(out, at + n, width, q0, q1, q2, q3);
}

function store(
  out: TypedArray,
  at: number,
  width: number,
  v0: number,
  v1: number,
  v2: number,
  v3: number,
): void {
  out[at] = v0;
  if (width > 1) out[at + 1] = v1;
  if (width > 2) out[at + 2] = v2;
  if (width > 3) out[at + 3] = v3;
}
