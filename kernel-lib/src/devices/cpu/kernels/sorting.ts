import { allocate } from "../../../dtype.js";
import { sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

const argsort: CpuKernel = ([x], { axis }: { axis: number }, out) => {
  const data = dataOf(x!);
  const n = x!.shape[axis]!;
  const post = sizeOf(x!.shape.slice(axis + 1));
  const pre = n === 0 ? 0 : x!.size / n / Math.max(1, post);
  const result = allocate(out.dtype, sizeOf(out.shape));
  const order = new Int32Array(n);
  const line = new Float64Array(n);
  for (let p = 0; p < pre; p++) {
    for (let q = 0; q < post; q++) {
      const base = p * n * post + q;
      for (let k = 0; k < n; k++) {
        order[k] = k;
        line[k] = data[base + k * post]!;
      }
      order.sort((i, j) => compare(line[i]!, line[j]!) || i - j);
      for (let k = 0; k < n; k++) result[base + k * post] = order[k]!;
    }
  }
  return result;
};

/** NaN 比什么都大。 */
function compare(a: number, b: number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

export const sortingKernels = { argsort };
