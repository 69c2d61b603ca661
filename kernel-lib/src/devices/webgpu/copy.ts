import type { Aval } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sizeOf, stridesOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import { broadcastStrides } from "../cpu/elementwise.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import {
  converted,
  groupsFor,
  literal,
  load,
  offsets,
  storageType,
  stored,
  threadIndex,
  threads,
  Uniforms,
} from "./wgsl.js";

/** 一块规则排列的元素：从 offset 起，各轴步长 strides（可以是 0 或负数）。 */
export interface Layout {
  readonly offset: number;
  readonly strides: readonly number[];
}

/**
 * 转置、切片、倒序、广播、拼接、补边都只是“按一套步长读、按另一套步长写”，所以共用一个核：
 * 对 shape 里的每个坐标，out[写偏移 + Σ 坐标·写步长] = in[读偏移 + Σ 坐标·读步长]。
 */
export function copy(
  gpu: GpuContext,
  source: GpuArray,
  from: Layout,
  target: GpuArray,
  to: Layout,
  shape: Shape,
  dtypes: { from: DType; to: DType },
): void {
  const n = sizeOf(shape);
  if (n === 0) return;
  const u = new Uniforms();
  const [count, read, write] = [u.push(n), u.push(from.offset), u.push(to.offset)];
  const spread = offsets("i", shape, [from.strides, to.strides], u);
  const value = converted(load(dtypes.from, "in0", `${read} + ${spread.offsets[0]}`), dtypes.from, dtypes.to);
  const code = module({
    inputs: [storageType(dtypes.from)],
    outputs: [storageType(dtypes.to)],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  ${spread.lines.join("\n  ")}
  out0[${write} + ${spread.offsets[1]}] = ${stored(dtypes.to, value)};`,
  });
  gpu.dispatch({ code, inputs: [source], outputs: [target], uniforms: u.values, groups: groupsFor(n) });
}

/** 整块填成同一个数。 */
export function fill(gpu: GpuContext, target: GpuArray, dtype: DType, n: number, value: number): void {
  if (n === 0) return;
  const u = new Uniforms();
  const text = dtype === "int32" ? `${Math.trunc(value)}i` : stored(dtype, literal(value));
  const code = module({
    inputs: [],
    outputs: [storageType(dtype)],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${u.push(n)}) { return; }
  out0[i] = ${text};`,
  });
  gpu.dispatch({ code, inputs: [], outputs: [target], uniforms: u.values, groups: groupsFor(n) });
}

type Kernel = (gpu: GpuContext, inputs: readonly ArrayTensor[], params: any, out: Aval) => GpuArray;

/** 输出连续、输入按给定步长读的一类。 */
const view =
  (layout: (x: ArrayTensor, params: any, out: Aval) => Layout): Kernel =>
  (gpu, [x], params, out) => {
    const result = gpu.pool.allocate(4 * sizeOf(out.shape));
    const to = { offset: 0, strides: stridesOf(out.shape) };
    const dtypes = { from: x!.dtype, to: out.dtype };
    copy(gpu, x!.buffer as GpuArray, layout(x!, params, out), result, to, out.shape, dtypes);
    return result;
  };

export const transpose = view((x, { perm }: { perm: number[] }) => {
  const own = stridesOf(x.shape);
  return { offset: 0, strides: perm.map((a) => own[a]!) };
});

export const broadcastTo = view((x, _, out) => ({
  offset: 0,
  strides: broadcastStrides(x.shape, out.shape),
}));

export const slice = view((x, { start, step }: { start: number[]; step: number[] }) => {
  const own = stridesOf(x.shape);
  const offset = own.reduce((sum, s, a) => sum + s * start[a]!, 0);
  return { offset, strides: own.map((s, a) => s * step[a]!) };
});

export const flip = view((x, { axes }: { axes: number[] }) => {
  const own = stridesOf(x.shape);
  const offset = axes.reduce((sum, a) => sum + own[a]! * Math.max(0, x.shape[a]! - 1), 0);
  return { offset, strides: own.map((s, a) => (axes.includes(a) ? -s : s)) };
});

export const concat: Kernel = (gpu, inputs, { axis }: { axis: number }, out) => {
  const result = gpu.pool.allocate(4 * sizeOf(out.shape));
  const strides = stridesOf(out.shape);
  let start = 0;
  for (const x of inputs) {
    const from = { offset: 0, strides: stridesOf(x.shape) };
    const to = { offset: start * strides[axis]!, strides };
    copy(gpu, x.buffer as GpuArray, from, result, to, x.shape, { from: x.dtype, to: out.dtype });
    start += x.shape[axis]!;
  }
  return result;
};

export const pad: Kernel = (gpu, [x], { lo, value }: { lo: number[]; value: number }, out) => {
  const result = gpu.pool.allocate(4 * sizeOf(out.shape));
  fill(gpu, result, out.dtype, sizeOf(out.shape), value);
  const strides = stridesOf(out.shape);
  const to = { offset: strides.reduce((sum, s, a) => sum + s * lo[a]!, 0), strides };
  const from = { offset: 0, strides: stridesOf(x!.shape) };
  copy(gpu, x!.buffer as GpuArray, from, result, to, x!.shape, { from: x!.dtype, to: out.dtype });
  return result;
};
