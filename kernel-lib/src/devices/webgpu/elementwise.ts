import type { Aval, Params, Primitive } from "../../core/primitive.js";
import { sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { GpuArray } from "./buffers.js";
import { chainCode, type Link, leaf } from "./chain.js";
import type { GpuContext } from "./context.js";
import { module } from "./module.js";
import { groupsFor, storageType, stored, threadIndex, threads, Uniforms } from "./wgsl.js";

/** 逐元素运算链的核：每个线程算一个元素，中间结果不落显存。源码只生成一次，返回的函数可反复执行。 */
export function chainKernel(
  gpu: GpuContext,
  root: Link,
  out: Aval,
  literals = false,
): (buffers: readonly GpuArray[]) => GpuArray {
  const n = sizeOf(out.shape);
  if (n === 0) return () => gpu.pool.allocate(0);
  const u = new Uniforms(literals);
  const count = u.push(n);
  const { inputs, declarations } = chainCode(root, out.shape, u);
  const code = module({
    inputs,
    outputs: [storageType(out.dtype)],
    declarations,
    size: threads,
    body: `  ${threadIndex}
  if (i >= ${count}) { return; }
  out0[i] = ${stored(out.dtype, "value(i)")};`,
  });
  const fixed = { code, uniforms: u.values, groups: groupsFor(n) };
  return (buffers) => {
    const result = gpu.pool.allocate(4 * n);
    gpu.dispatch({ ...fixed, inputs: buffers, outputs: [result] });
    return result;
  };
}

/** 即时执行一个逐元素原语。 */
export function runElementwise(
  gpu: GpuContext,
  primitive: Primitive<any>,
  inputs: readonly ArrayTensor[],
  params: Params,
  out: Aval,
): GpuArray {
  const root: Link = {
    kind: "step",
    primitive,
    params,
    args: inputs.map((x, slot) => leaf(slot, x)),
    shape: out.shape,
    dtype: out.dtype,
  };
  return chainKernel(gpu, root, out)(inputs.map((x) => x.buffer as GpuArray));
}
