import { allocate, type TypedArray } from "../../../dtype.js";
import { TiduError } from "../../../errors.js";
import { showShape, sizeOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";

function outOfRange(op: string, index: number, n: number, shape: readonly number[]): TiduError {
  return new TiduError(
    "TIDU-INDEX-003",
    `${op}：下标 ${index} 越界；这个轴长 ${n}，可用 0 到 ${n - 1}（下标张量的形状 ${showShape(shape)}）。`,
  );
}

const gather: CpuKernel = ([x, indices], { axis }: { axis: number }, out) => {
  const data = dataOf(x!);
  const index = dataOf(indices!);
  const n = x!.shape[axis]!;
  const pre = sizeOf(x!.shape.slice(0, axis));
  const post = sizeOf(x!.shape.slice(axis + 1));
  const result = allocate(out.dtype, sizeOf(out.shape));
  let o = 0;
  for (let p = 0; p < pre; p++) {
    for (let k = 0; k < index.length; k++) {
      const i = index[k]!;
      if (i < 0 || i >= n) throw outOfRange("gather", i, n, indices!.shape);
      const from = (p * n + i) * post;
      for (let j = 0; j < post; j++) result[o++] = data[from + j]!;
    }
  }
  return result;
};

const scatterAdd: CpuKernel = ([indices, updates], { axis, size }: { axis: number; size: number }, out) => {
  const index = dataOf(indices!);
  const data = dataOf(updates!);
  const pre = sizeOf(out.shape.slice(0, axis));
  const post = sizeOf(out.shape.slice(axis + 1));
  const total = sizeOf(out.shape);
  // 单精度也用双精度累加，最后舍入一次。
  const acc: TypedArray = out.dtype === "float32" ? new Float64Array(total) : allocate(out.dtype, total);
  let u = 0;
  for (let p = 0; p < pre; p++) {
    for (let k = 0; k < index.length; k++) {
      const i = index[k]!;
      if (i < 0 || i >= size) throw outOfRange("scatterAdd", i, size, indices!.shape);
      const to = (p * size + i) * post;
      for (let j = 0; j < post; j++) acc[to + j]! += data[u++]!;
    }
  }
  return out.dtype === "float32" ? Float32Array.from(acc) : acc;
};

export const indexingKernels = { gather, scatterAdd };
