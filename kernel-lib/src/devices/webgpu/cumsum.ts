import type { Aval } from "../../core/primitive.js";
import { sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { load, storageType, threads, Uniforms, valueType } from "./wgsl.js";

/**
 * 沿 axis 轴的累加和：一个工作组走一条线，每次取 256 个元素在共享内存里做前缀和（Hillis–Steele，8 步），
 * 再加上前面各段的总和。
 */
export function cumsum(
  gpu: GpuContext,
  [x]: readonly ArrayTensor[],
  { axis }: { axis: number },
  out: Aval,
): GpuArray {
  const { shape, dtype } = x!;
  const n = sizeOf(shape);
  const result = gpu.pool.allocate(4 * n);
  if (n === 0) return result;
  const length = shape[axis]!;
  const lines = n / length;
  const u = new Uniforms();
  const [total, span, tail] = [u.push(lines), u.push(length), u.push(sizeOf(shape.slice(axis + 1)))];
  const type = valueType(out.dtype);
  const code = module({
    inputs: [storageType(dtype)],
    outputs: [storageType(out.dtype)],
    declarations: `var<workgroup> part: array<${type}, ${threads}>;`,
    size: threads,
    body: `  if (group >= ${total}) { return; }
  let base = (group / ${tail}) * ${span} * ${tail} + group % ${tail};
  var carry: ${type} = ${type}(0);
  for (var start = 0i; start < ${span}; start += ${threads}i) {
    let r = start + i32(lid);
    let k = base + r * ${tail};
    var acc: ${type} = ${type}(0);
    if (r < ${span}) { acc = ${type}(${load(dtype, "in0", "k")}); }
    part[lid] = acc;
    workgroupBarrier();
    for (var s = 1u; s < ${threads}u; s <<= 1u) {
      if (lid >= s) { acc += part[lid - s]; }
      workgroupBarrier();
      part[lid] = acc;
      workgroupBarrier();
    }
    if (r < ${span}) { out0[k] = carry + acc; }
    carry += part[${threads - 1}];
    workgroupBarrier();
  }`,
  });
  gpu.dispatch({
    code,
    inputs: [x!.buffer as GpuArray],
    outputs: [result],
    uniforms: u.values,
    groups: lines,
  });
  return result;
}
