import { allocate, type TypedArray } from "../../../dtype.js";
import { broadcastStrides, sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

const matmul: CpuKernel = ([a, b], _, out) => {
  const [m, k] = a!.shape.slice(-2) as [number, number];
  const n = b!.shape.at(-1)!;
  const result = allocate(out.dtype, sizeOf(out.shape));
  const lead = out.shape.slice(0, -2);
  const count = sizeOf(lead);
  if (count === 1) {
    multiply(dataOf(a!), 0, dataOf(b!), 0, result, 0, m, k, n);
    return result;
  }
  const as = broadcastStrides(a!.shape.slice(0, -2), lead);
  const bs = broadcastStrides(b!.shape.slice(0, -2), lead);
  for (let c = 0; c < count; c++) {
    let rest = c;
    let ai = 0;
    let bi = 0;
    for (let axis = lead.length - 1; axis >= 0; axis--) {
      const i = rest % lead[axis]!;
      rest = (rest - i) / lead[axis]!;
      ai += i * as[axis]!;
      bi += i * bs[axis]!;
    }
    multiply(dataOf(a!), ai * m * k, dataOf(b!), bi * k * n, result, c * m * n, m, k, n);
  }
  return result;
};

/** 逐行累加：第 i 行 = Σ a[i,p]·b 的第 p 行；里层连续读写，四行一起做，双精度累加。 */
function multiply(
  a: TypedArray,
  ao: number,
  b: TypedArray,
  bo: number,
  c: TypedArray,
  co: number,
  m: number,
  k: number,
  n: number,
): void {
  if (n === 1) {
    for (let i = 0; i < m; i++) {
      let s = 0;
      for (let p = 0, q = ao + i * k; p < k; p++, q++) s += a[q]! * b[bo + p]!;
      c[co + i] = s;
    }
    return;
  }
  const row = new Float64Array(n);
  for (let i = 0; i < m; i++) {
    row.fill(0);
    const ai = ao + i * k;
    let p = 0;
    for (; p + 3 < k; p += 4) {
      const a0 = a[ai + p]!;
      const a1 = a[ai + p + 1]!;
      const a2 = a[ai + p + 2]!;
      const a3 = a[ai + p + 3]!;
      const b0 = bo + p * n;
      const b1 = b0 + n;
      const b2 = b1 + n;
      const b3 = b2 + n;
      for (let j = 0; j < n; j++) {
        row[j]! += a0 * b[b0 + j]! + a1 * b[b1 + j]! + a2 * b[b2 + j]! + a3 * b[b3 + j]!;
      }
    }
    for (; p < k; p++) {
      const ap = a[ai + p]!;
      const bp = bo + p * n;
      for (let j = 0; j < n; j++) row[j]! += ap * b[bp + j]!;
    }
    c.set(row, co + i * n);
  }
}

export const matmulKernels = { matmul };
