import type { Aval } from "../../../core/primitive.js";
import type { TypedArray } from "../../../dtype.js";
import type { ArrayTensor } from "../../../tensor.js";

/** cpu 上一个原语的核：读类型化数组，写新的类型化数组。 */
export type CpuKernel = (inputs: readonly ArrayTensor[], params: any, out: Aval) => TypedArray;

export function dataOf(x: ArrayTensor): TypedArray {
  return x.buffer as TypedArray;
}
