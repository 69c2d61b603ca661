import type { Aval, Params, Primitive } from "../../core/primitive.js";
import { allocate, type DType, type TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";
import type { ArrayTensor } from "../../tensor.js";
import type { Device } from "../device.js";
import { runElementwise } from "./elementwise.js";
import { cpuKernels } from "./kernels/index.js";
import type { CpuKernel } from "./kernels/kernel.js";
import { giveBack, pin, requireKept } from "./pool.js";

export type { CpuKernel } from "./kernels/kernel.js";

const kernels = new Map<string, CpuKernel>(Object.entries(cpuKernels));

/** 登记一个 cpu 核；逐元素原语不用登记，它们的循环由 expr 生成。 */
export function defineCpuKernel(name: string, kernel: CpuKernel): void {
  kernels.set(name, kernel);
}

class CpuDevice implements Device {
  readonly name = "cpu";
  /** 由 compile.ts 装上：它要用到本设备的核，放在这里会循环引用。 */
  compile?: NonNullable<Device["compile"]>;

  storage(dtype: DType): DType {
    return dtype;
  }

  upload(data: TypedArray, dtype: DType): TypedArray {
    const copy = allocate(dtype, data.length);
    copy.set(data);
    return copy;
  }

  async read(buffer: unknown): Promise<TypedArray> {
    requireKept(buffer as TypedArray);
    return (buffer as TypedArray).slice();
  }

  readSync(buffer: unknown): TypedArray {
    requireKept(buffer as TypedArray);
    // 交出去的是数组本身，谁拿着它不知道。
    pin(buffer as TypedArray);
    return buffer as TypedArray;
  }

  /** 大的输出还给池；小的靠垃圾回收。 */
  free(buffer: unknown): void {
    giveBack(buffer as TypedArray);
  }

  run(
    primitive: Primitive<any>,
    inputs: readonly ArrayTensor[],
    params: Params,
    out: Aval,
    into?: TypedArray,
  ): TypedArray {
    for (const x of inputs) requireKept(x.buffer as TypedArray);
    const kernel = kernels.get(primitive.name);
    if (kernel) return kernel(inputs, params, out, into);
    if (primitive.expr) return runElementwise(primitive, inputs, params, out);
    throw new TiduError("TIDU-DEV-002", `设备 cpu 没有原语 “${primitive.name}” 的核。`);
  }
}

/** 默认设备：float64，同步读取。 */
export const cpu = new CpuDevice();
