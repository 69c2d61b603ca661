import { allocate, type TypedArray } from "../../../dtype.js";
import { broadcastStrides, sizeOf, stridesOf } from "../../../shape.js";
import { type CpuKernel, dataOf } from "./kernel.js";
import { copyStrided } from "./strided.js";

// 张量不可变，改形状可以共用同一块数据。
const reshape: CpuKernel = ([x]) => dataOf(x!);

const gatherStrided = (
  [x]: Parameters<CpuKernel>[0],
  out: Parameters<CpuKernel>[2],
  strides: readonly number[],
  offset = 0,
): TypedArray => {
  const data = allocate(out.dtype, sizeOf(out.shape));
  copyStrided(
    { data, strides: stridesOf(out.shape), offset: 0 },
    { data: dataOf(x!), strides, offset },
    out.shape,
  );
  return data;
};

const transpose: CpuKernel = (inputs, { perm }: { perm: number[] }, out) => {
  const own = stridesOf(inputs[0]!.shape);
  return gatherStrided(
    inputs,
    out,
    perm.map((a) => own[a]!),
  );
};

const broadcastTo: CpuKernel = (inputs, _, out) =>
  gatherStrided(inputs, out, broadcastStrides(inputs[0]!.shape, out.shape));

const slice: CpuKernel = (inputs, { start, step }: { start: number[]; step: number[] }, out) => {
  const own = stridesOf(inputs[0]!.shape);
  const offset = start.reduce((sum, s, i) => sum + s * own[i]!, 0);
  return gatherStrided(
    inputs,
    out,
    own.map((s, i) => s * step[i]!),
    offset,
  );
};

const flip: CpuKernel = (inputs, { axes }: { axes: number[] }, out) => {
  const own = stridesOf(out.shape);
  const offset = axes.reduce((sum, a) => sum + (out.shape[a]! - 1) * own[a]!, 0);
  return gatherStrided(
    inputs,
    out,
    own.map((s, i) => (axes.includes(i) ? -s : s)),
    offset,
  );
};

const pad: CpuKernel = ([x], { lo, value }: { lo: number[]; value: number }, out) => {
  const data = allocate(out.dtype, sizeOf(out.shape));
  if (value !== 0) data.fill(value);
  const strides = stridesOf(out.shape);
  const offset = lo.reduce((sum, n, i) => sum + n * strides[i]!, 0);
  copyStrided(
    { data, strides, offset },
    { data: dataOf(x!), strides: stridesOf(x!.shape), offset: 0 },
    x!.shape,
  );
  return data;
};

const concat: CpuKernel = (inputs, { axis }: { axis: number }, out) => {
  const data = allocate(out.dtype, sizeOf(out.shape));
  const strides = stridesOf(out.shape);
  let offset = 0;
  for (const x of inputs) {
    copyStrided(
      { data, strides, offset },
      { data: dataOf(x), strides: stridesOf(x.shape), offset: 0 },
      x.shape,
    );
    offset += x.shape[axis]! * strides[axis]!;
  }
  return data;
};

export const layoutKernels = { reshape, transpose, broadcastTo, slice, flip, pad, concat };
