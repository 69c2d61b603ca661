import { allocate, type TypedArray } from "../../../dtype.js";
import { sizeOf, stridesOf } from "../../../shape.js";
import type { ArrayTensor } from "../../../tensor.js";
import { type CpuKernel, dataOf } from "./kernel.js";
import { copyStrided } from "./strided.js";

/** 约简归结为三重下标 [前, 约, 后]：约去的轴相邻时直接得到，否则先转置到末尾。 */
interface Block {
  readonly data: TypedArray;
  readonly pre: number;
  readonly n: number;
  readonly post: number;
}

function toBlock(x: ArrayTensor, axes: readonly number[]): Block {
  const { shape } = x;
  if (axes.length === 0) return { data: dataOf(x), pre: x.size, n: 1, post: 1 };
  const first = axes[0]!;
  const last = axes.at(-1)!;
  const n = sizeOf(axes.map((a) => shape[a]!));
  if (last - first + 1 === axes.length) {
    return {
      data: dataOf(x),
      pre: sizeOf(shape.slice(0, first)),
      n,
      post: sizeOf(shape.slice(last + 1)),
    };
  }
  const perm = [...shape.keys()].filter((i) => !axes.includes(i)).concat(axes);
  const moved = perm.map((i) => shape[i]!);
  const own = stridesOf(shape);
  const data = allocate(x.dtype, x.size);
  copyStrided(
    { data, strides: stridesOf(moved), offset: 0 },
    { data: dataOf(x), strides: perm.map((i) => own[i]!), offset: 0 },
    moved,
  );
  return { data, pre: n === 0 ? sizeOf(moved.slice(0, -axes.length)) : x.size / n, n, post: 1 };
}

// 八路累加器同时加，再两两合并：比逐个相加快，舍入误差也小。
function sumRow(data: TypedArray, from: number, n: number): number {
  if (n < 8) {
    let s = 0;
    for (let i = from; i < from + n; i++) s += data[i]!;
    return s;
  }
  if (n > 4096) {
    const half = (n >> 4) << 3;
    return sumRow(data, from, half) + sumRow(data, from + half, n - half);
  }
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let e = 0;
  let f = 0;
  let g = 0;
  let h = 0;
  const end = from + n - 7;
  let i = from;
  for (; i < end; i += 8) {
    a += data[i]!;
    b += data[i + 1]!;
    c += data[i + 2]!;
    d += data[i + 3]!;
    e += data[i + 4]!;
    f += data[i + 5]!;
    g += data[i + 6]!;
    h += data[i + 7]!;
  }
  for (; i < from + n; i++) a += data[i]!;
  return a + b + (c + d) + (e + f + (g + h));
}

function maxRow(data: TypedArray, from: number, n: number): number {
  let m = data[from]!;
  for (let i = from + 1; i < from + n; i++) m = Math.max(m, data[i]!);
  return m;
}

function minRow(data: TypedArray, from: number, n: number): number {
  let m = data[from]!;
  for (let i = from + 1; i < from + n; i++) m = Math.min(m, data[i]!);
  return m;
}

function prodRow(data: TypedArray, from: number, n: number): number {
  let p = 1;
  for (let i = from; i < from + n; i++) p *= data[i]!;
  return p;
}

type Columns = (acc: TypedArray, data: TypedArray, from: number) => void;
const addColumns: Columns = (acc, data, from) => {
  for (let j = 0; j < acc.length; j++) acc[j]! += data[from + j]!;
};
const mulColumns: Columns = (acc, data, from) => {
  for (let j = 0; j < acc.length; j++) acc[j]! *= data[from + j]!;
};
const maxColumns: Columns = (acc, data, from) => {
  for (let j = 0; j < acc.length; j++) acc[j] = Math.max(acc[j]!, data[from + j]!);
};
const minColumns: Columns = (acc, data, from) => {
  for (let j = 0; j < acc.length; j++) acc[j] = Math.min(acc[j]!, data[from + j]!);
};

function reduction(
  initial: number,
  row: (data: TypedArray, from: number, n: number) => number,
  columns: Columns,
): CpuKernel {
  return ([x], { axes }, out) => {
    const { data, pre, n, post } = toBlock(x!, axes);
    const result = allocate(out.dtype, sizeOf(out.shape));
    if (post === 1) {
      for (let p = 0; p < pre; p++) result[p] = row(data, p * n, n);
      return result;
    }
    // 双精度累加，最后才舍入到输出类型。
    const acc = new Float64Array(post);
    for (let p = 0; p < pre; p++) {
      acc.fill(initial);
      for (let k = 0; k < n; k++) columns(acc, data, (p * n + k) * post);
      result.set(acc, p * post);
    }
    return result;
  };
}

function position(better: (a: number, b: number) => boolean): CpuKernel {
  return ([x], { axis }, out) => {
    const { data, pre, n, post } = toBlock(x!, [axis]);
    const result = allocate(out.dtype, sizeOf(out.shape));
    for (let p = 0; p < pre; p++) {
      for (let q = 0; q < post; q++) {
        const base = p * n * post + q;
        let best = 0;
        // NaN 视为最值（与 NumPy 相同），先遇到的为准。
        for (let k = 1; k < n; k++) {
          const v = data[base + k * post]!;
          const m = data[base + best * post]!;
          if (better(v, m) || (Number.isNaN(v) && !Number.isNaN(m))) best = k;
        }
        result[p * post + q] = best;
      }
    }
    return result;
  };
}

export const reduceKernels = {
  sum: reduction(0, sumRow, addColumns),
  prod: reduction(1, prodRow, mulColumns),
  max: reduction(-Infinity, maxRow, maxColumns),
  min: reduction(Infinity, minRow, minColumns),
  argmax: position((a, b) => a > b),
  argmin: position((a, b) => a < b),
};

export const cumulativeKernels: Record<string, CpuKernel> = {
  cumsum: ([x], { axis }, out) => {
    const { data, pre, n, post } = toBlock(x!, [axis]);
    const result = allocate(out.dtype, sizeOf(out.shape));
    const acc = new Float64Array(post);
    for (let p = 0; p < pre; p++) {
      acc.fill(0);
      for (let k = 0; k < n; k++) {
        const from = (p * n + k) * post;
        for (let j = 0; j < post; j++) result[from + j] = acc[j]! += data[from + j]!;
      }
    }
    return result;
  },
};
