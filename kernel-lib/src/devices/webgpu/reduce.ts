import type { Aval } from "../../core/primitive.js";
import type { DType } from "../../dtype.js";
import { type Shape, sizeOf, stridesOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import { chainCode, type Link, leaf } from "./chain.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import {
  groupsFor,
  offsets,
  storageType,
  stored,
  threadIndex,
  threads,
  Uniforms,
  valueType,
} from "./wgsl.js";

interface Rule {
  readonly start: (integer: boolean) => string;
  readonly combine: (a: string, b: string, integer: boolean) => string;
}

const rules: Readonly<Record<string, Rule>> = {
  sum: { start: (int) => (int ? "0i" : "0.0"), combine: (a, b) => `${a} + ${b}` },
  prod: { start: (int) => (int ? "1i" : "1.0"), combine: (a, b) => `${a} * ${b}` },
  max: {
    start: (int) => (int ? "-2147483647i - 1i" : "-inf_()"),
    combine: (a, b, int) => (int ? `max(${a}, ${b})` : `max_(${a}, ${b})`),
  },
  min: {
    start: (int) => (int ? "2147483647i" : "inf_()"),
    combine: (a, b, int) => (int ? `min(${a}, ${b})` : `min_(${a}, ${b})`),
  },
};

export function isReduction(name: string): boolean {
  return Object.hasOwn(rules, name);
}

/** 一次约简：chain 是被约简的值（叶或逐元素运算链），shape 是它的形状。 */
export interface Reduction {
  readonly name: string;
  readonly chain: Link;
  readonly shape: Shape;
  readonly axes: readonly number[];
}

/**
 * 约简沿任意几个轴。三种走法：
 * - 每个输出要加的元素少，或沿外面的轴约简且输出够多：一个线程算一个输出，相邻线程读相邻元素；
 * - 其余：一个工作组算一个输出，各线程跨步累加，再在共享内存里两两归并；
 * - 输出很少而元素很多：先切成几段各算一个部分和，再约简一次，GPU 才喂得饱。
 */
export function reductionKernel(
  gpu: GpuContext,
  { name, chain, shape, axes }: Reduction,
  out: Aval,
  literals = false,
): (buffers: readonly GpuArray[]) => GpuArray {
  const kept = shape.map((_, a) => a).filter((a) => !axes.includes(a));
  const outputs = sizeOf(kept.map((a) => shape[a]!));
  const length = sizeOf(axes.map((a) => shape[a]!));
  if (outputs === 0) return () => gpu.pool.allocate(0);
  const inner = axes.includes(shape.length - 1);
  const perThread = length <= 32 || (!inner && outputs >= 4096);
  const pieces = perThread || outputs >= 256 ? 1 : Math.min(256, Math.ceil(length / 4096));
  // 短的行用小工作组，免得多数线程只是陪跑。
  const piece = Math.ceil(length / pieces);
  const size = perThread ? threads : Math.min(threads, Math.max(32, 2 ** Math.ceil(Math.log2(piece / 4))));
  const u = new Uniforms(literals);
  const total = u.push(outputs * pieces);
  const span = u.push(length);
  const { inputs, declarations } = chainCode(chain, shape, u);
  const own = stridesOf(shape);
  const base = offsets(
    "o",
    kept.map((a) => shape[a]!),
    [kept.map((a) => own[a]!)],
    u,
    "o",
  );
  const step = offsets(
    "r",
    axes.map((a) => shape[a]!),
    [axes.map((a) => own[a]!)],
    u,
    "r",
  );
  const integer = valueType(out.dtype) === "i32";
  const type = valueType(out.dtype);
  const rule = rules[name]!;
  const combine = rule.combine("a", "b", integer);
  const shared = perThread ? "" : `var<workgroup> part: array<${type}, ${size}>;`;
  const pieceDtype: DType = pieces > 1 && out.dtype === "bool" ? "float32" : out.dtype;
  const functions = `${declarations}
${shared}
fn combine(a: ${type}, b: ${type}) -> ${type} { return ${combine}; }
fn at(o: i32, r: i32) -> ${type} {
  ${base.lines.join("\n  ")}
  ${step.lines.join("\n  ")}
  return ${type}(value(${base.offsets[0]} + ${step.offsets[0]}));
}`;
  const body = perThread
    ? `  ${threadIndex}
  if (i >= ${total}) { return; }
  var acc: ${type} = ${rule.start(integer)};
  for (var r = 0i; r < ${span}; r++) { acc = combine(acc, at(i, r)); }
  out0[i] = ${stored(out.dtype, "acc")};`
    : `  if (group >= ${total}) { return; }
  let pieces = ${u.push(pieces)};
  let chunk = (${span} + pieces - 1i) / pieces;
  let o = group / pieces;
  let first = (group % pieces) * chunk;
  let end = min(${span}, first + chunk);
  var acc: ${type} = ${rule.start(integer)};
  for (var r = first + i32(lid); r < end; r += ${size}i) { acc = combine(acc, at(o, r)); }
  part[lid] = acc;
  workgroupBarrier();
  for (var s = ${size / 2}u; s > 0u; s >>= 1u) {
    if (lid < s) { part[lid] = combine(part[lid], part[lid + s]); }
    workgroupBarrier();
  }
  if (lid == 0u) { out0[group] = ${stored(pieceDtype, "part[0]")}; }`;
  const code = module({
    inputs,
    outputs: [storageType(pieceDtype)],
    declarations: functions,
    size,
    body,
  });
  const groups = perThread ? groupsFor(outputs) : outputs * pieces;
  const first = (buffers: readonly GpuArray[]): GpuArray => {
    const target = gpu.pool.allocate(4 * outputs * pieces);
    gpu.dispatch({ code, inputs: buffers, outputs: [target], uniforms: u.values, groups });
    return target;
  };
  if (pieces === 1) return first;
  const partial = { shape: [outputs, pieces], dtype: pieceDtype };
  const rest = { name, chain: leaf(0, partial), shape: partial.shape, axes: [1] };
  const second = reductionKernel(gpu, rest, { shape: [outputs], dtype: out.dtype }, literals);
  return (buffers) => {
    const target = first(buffers);
    const result = second([target]);
    gpu.pool.free(target);
    return result;
  };
}

/** argmax 与 argmin：一个工作组算一个输出；并列取最前，有 NaN 时取第一个 NaN。 */
export function runPosition(
  gpu: GpuContext,
  name: "argmax" | "argmin",
  x: ArrayTensor,
  axis: number,
  out: Aval,
): GpuArray {
  const { shape, dtype } = x;
  const length = shape[axis]!;
  const outputs = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * outputs);
  if (outputs === 0) return result;
  const u = new Uniforms();
  const [total, span, tail] = [u.push(outputs), u.push(length), u.push(sizeOf(shape.slice(axis + 1)))];
  const type = valueType(dtype);
  const order = name === "argmax" ? ">" : "<";
  const nan = (v: string) => (type === "i32" ? "false" : `is_nan(${v})`);
  const read = dtype === "bool" ? "f32(in0[k])" : "in0[k]";
  const code = module({
    inputs: [storageType(dtype)],
    outputs: ["i32"],
    declarations: `var<workgroup> best: array<${type}, ${threads}>;
var<workgroup> place: array<i32, ${threads}>;
fn wins(a: ${type}, i: i32, b: ${type}, j: i32) -> bool {
  if (i < 0i || j < 0i) { return j < 0i && i >= 0i; }
  if (${nan("a")} || ${nan("b")}) { return ${nan("a")} && (!${nan("b")} || i < j); }
  return a ${order} b || (a == b && i < j);
}`,
    size: threads,
    body: `  if (group >= ${total}) { return; }
  let base = (group / ${tail}) * ${span} * ${tail} + group % ${tail};
  var top: ${type} = ${type}(0);
  var index = -1i;
  for (var r = i32(lid); r < ${span}; r += ${threads}i) {
    let k = base + r * ${tail};
    let v = ${read};
    if (wins(v, r, top, index)) { top = v; index = r; }
  }
  best[lid] = top;
  place[lid] = index;
  workgroupBarrier();
  for (var s = ${threads / 2}u; s > 0u; s >>= 1u) {
    if (lid < s && wins(best[lid + s], place[lid + s], best[lid], place[lid])) {
      best[lid] = best[lid + s];
      place[lid] = place[lid + s];
    }
    workgroupBarrier();
  }
  if (lid == 0u) { out0[group] = place[0]; }`,
  });
  gpu.dispatch({
    code,
    inputs: [x.buffer as GpuArray],
    outputs: [result],
    uniforms: u.values,
    groups: outputs,
  });
  return result;
}
