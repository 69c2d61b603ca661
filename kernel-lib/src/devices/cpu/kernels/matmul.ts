import { allocate } from "../../../dtype.js";
import { broadcastStrides, sizeOf } from "../../../shape.js";
import { gemm } from "../compile-gemm.js";
import { type CpuKernel, dataOf } from "./kernel.js";

const matmul: CpuKernel = ([a, b], _, out) => {
  const [m, k] = a!.shape.slice(-2) as [number, number];
  const n = b!.shape.at(-1)!;
  const result = allocate(out.dtype, sizeOf(out.shape));
  const lead = out.shape.slice(0, -2);
  const count = sizeOf(lead);
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
    const left = { data: dataOf(a!), offset: ai * m * k, row: k, column: 1 };
    gemm(result, c * m * n, m, n, k, left, { data: dataOf(b!), offset: bi * k * n, row: n, column: 1 });
  }
  return result;
};

export const matmulKernels = { matmul };
