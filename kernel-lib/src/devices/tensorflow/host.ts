import { type Aval, type Params, type Primitive, primitives } from "../../core/primitive.js";
import type { TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";
import { ArrayTensor } from "../../tensor.js";
import { cpu } from "../cpu/device.js";
import { kernels } from "./kernels.js";

/**
 * 在主机上算的原语：tfjs 没有矩阵分解；抽样在哪个设备上都要得到同样的数。
 * 操作数同步取回，用 cpu 的核算好再放上去，所以每一次都要等设备算完。
 */
export function hostPrimitives(): string[] {
  return primitives()
    .map((p) => p.name)
    .filter((name) => name !== "to" && !Object.hasOwn(kernels, name))
    .sort();
}

/** 取回、在 cpu 上算。后端不能同步读取时（如 tfjs 的 webgpu）抛 TIDU-DEV-002。 */
export function onHost(
  primitive: Primitive<any>,
  inputs: readonly ArrayTensor[],
  params: Params,
  out: Aval,
): TypedArray {
  let local: ArrayTensor[];
  try {
    local = inputs.map((x) => new ArrayTensor(cpu, x.readSync(), x.shape, x.dtype));
  } catch (cause) {
    if (cause instanceof TiduError) throw cause;
    throw new TiduError(
      "TIDU-DEV-002",
      `设备 tensorflow 没有原语 “${primitive.name}” 的核，当前的 tfjs 后端又不能同步取回主机上算。请先 await toDevice(x, "cpu")，在 cpu 上算这一步。`,
      { cause },
    );
  }
  return cpu.run(primitive, local, params, out);
}
