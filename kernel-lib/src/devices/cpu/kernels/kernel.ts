import type { Aval } from "../../../core/primitive.js";
import type { TypedArray } from "../../../dtype.js";
import type { ArrayTensor } from "../../../tensor.js";

/**
 * cpu 上一个原语的核：读类型化数组，写新的类型化数组。
 * 给了 into 的写在 into 里（jit 反复使用同一块），核要先在 intoKernels 里登记。
 */
export type CpuKernel = (
  inputs: readonly ArrayTensor[],
  params: any,
  out: Aval,
  into?: TypedArray,
) => TypedArray;

export function dataOf(x: ArrayTensor): TypedArray {
  return x.buffer as TypedArray;
}
