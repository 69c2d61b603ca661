import type { Aval } from "../../core/primitive.js";
import { sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { groupsFor, load, storageType, stored, threadIndex, threads, Uniforms, valueType } from "./wgsl.js";

// 越界的下标：cpu 会报错，GPU 上核无法抛错，所以 gather 得 NaN（整数得 0），scatterAdd 忽略它。

/** 沿 axis 轴按下标取。各轴合并成 (前, 轴, 后) 三段。 */
export function gather(
  gpu: GpuContext,
  [x, indices]: readonly ArrayTensor[],
  { axis }: { axis: number },
  out: Aval,
): GpuArray {
  const n = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * n);
  if (n === 0) return result;
  const u = new Uniforms();
  const [count, size, taken, tail] = [
    n,
    x!.shape[axis]!,
    indices!.size,
    sizeOf(x!.shape.slice(axis + 1)),
  ].map((k) => u.push(k));
  const missing = x!.dtype === "int32" ? "0i" : x!.dtype === "bool" ? "0.0" : "nan_()";
  const code = module({
    inputs: [storageType(x!.dtype), storageType(indices!.dtype)],
    outputs: [storageType(out.dtype)],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let q = i % ${tail};
  let m = (i / ${tail}) % ${taken};
  let p = i / (${tail} * ${taken});
  let k = i32(in1[m]);
  var v: ${valueType(x!.dtype)} = ${missing};
  if (k >= 0i && k < ${size}) { v = ${load(x!.dtype, "in0", `(p * ${size} + k) * ${tail} + q`)}; }
  out0[i] = ${stored(out.dtype, "v")};`,
  });
  const inputs = [x!.buffer as GpuArray, indices!.buffer as GpuArray];
  gpu.dispatch({ code, inputs, outputs: [result], uniforms: u.values, groups: groupsFor(n) });
  return result;
}

/** 每个输出扫一遍下标的总次数在此之内时，用次序固定的做法：结果可重现，也没有原子操作的争用。 */
export const scanAtMost = 2 ** 26;

/** gather 的转置。 */
export function scatterAdd(
  gpu: GpuContext,
  [indices, updates]: readonly ArrayTensor[],
  { axis, size }: { axis: number; size: number },
  out: Aval,
  limit = scanAtMost,
): GpuArray {
  const n = sizeOf(out.shape);
  const result = gpu.pool.allocate(4 * n);
  if (n === 0) return result;
  const scan = n * indices!.size <= limit;
  const u = new Uniforms();
  const m = updates!.size;
  const [count, length, taken, tail] = [
    scan ? n : m,
    size,
    indices!.size,
    sizeOf(out.shape.slice(axis + 1)),
  ].map((k) => u.push(k));
  const inputs = [indices!.buffer as GpuArray, updates!.buffer as GpuArray];
  const types = [storageType(indices!.dtype), storageType(updates!.dtype)];
  const type = valueType(out.dtype);
  const update = `${type}(${load(updates!.dtype, "in1", `(p * ${taken} + m) * ${tail} + q`)})`;
  if (scan) {
    const code = module({
      inputs: types,
      outputs: [storageType(out.dtype)],
      size: threads,
      body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let q = i % ${tail};
  let k = (i / ${tail}) % ${length};
  let p = i / (${tail} * ${length});
  var acc: ${type} = ${type}(0);
  for (var m = 0i; m < ${taken}; m++) {
    if (i32(in0[m]) == k) { acc += ${update}; }
  }
  out0[i] = ${stored(out.dtype, "acc")};`,
    });
    gpu.dispatch({ code, inputs, outputs: [result], uniforms: u.values, groups: groupsFor(n) });
    return result;
  }
  // f32 没有原子加：把它的位当作 u32 比较并交换，直到没有别的线程插进来。
  const add =
    type === "i32"
      ? `atomicAdd(&out0[at], ${update});`
      : `var old = atomicLoad(&out0[at]);
    loop {
      let swap = atomicCompareExchangeWeak(&out0[at], old, bitcast<u32>(bitcast<f32>(old) + v));
      if (swap.exchanged) { break; }
      old = swap.old_value;
    }`;
  const code = module({
    inputs: types,
    outputs: [type === "i32" ? "atomic<i32>" : "atomic<u32>"],
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  let q = i % ${tail};
  let m = (i / ${tail}) % ${taken};
  let p = i / (${tail} * ${taken});
  let k = i32(in0[m]);
  if (k >= 0i && k < ${length}) {
    let at = (p * ${length} + k) * ${tail} + q;
    ${type === "i32" ? "" : `let v = ${update};`}
    ${add}
  }`,
  });
  gpu.clear(result);
  gpu.dispatch({ code, inputs, outputs: [result], uniforms: u.values, groups: groupsFor(m) });
  return result;
}
