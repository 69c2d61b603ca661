import { cpu } from "../devices/cpu/device.js";
import { defaultDevice } from "../devices/default.js";
import type { Device } from "../devices/device.js";
import { type DType, promote, type TypedArray } from "../dtype.js";
import type { Shape } from "../shape.js";
import { ArrayTensor, Tensor, type TensorLike, toTyped } from "../tensor.js";

/** 把 TensorLike 变成张量；已是张量则原样返回。标量留在 cpu 上，与谁运算就跟谁走；其余放在缺省设备上。 */
export function asTensor(x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  if (typeof x === "number" && (dtype === undefined || dtype === "float64")) return scalar(x);
  const { data, shape, dtype: own } = toTyped(x, dtype);
  return onDevice(data, shape, own, shape.length === 0 ? cpu : defaultDevice());
}

/** 把 cpu 上的数据放到设备上成为张量；数据此后不再被别处改动。 */
export function onDevice(data: TypedArray, shape: Shape, dtype: DType, device: Device): ArrayTensor {
  if (device === cpu) return new ArrayTensor(cpu, data, shape, dtype);
  const stored = device.storage(dtype);
  return new ArrayTensor(device, device.upload(data, stored), shape, stored);
}

function scalar(x: number): ArrayTensor {
  const data = new Float64Array(1);
  data[0] = x;
  return new ArrayTensor(cpu, data, [], "float64");
}

/**
 * 同一个算子的几个操作数：裸的数与数组随张量操作数取类型，
 * 所以 float32 的 x 加 1 还是 float32，int32 的下标加 1 还是 int32。
 */
export function asTensors(...xs: TensorLike[]): Tensor[] {
  let dtype: DType | undefined;
  for (const x of xs) {
    if (x instanceof Tensor && (dtype === undefined || x.dtype === promote(dtype, x.dtype))) dtype = x.dtype;
  }
  return xs.map((x) => (x instanceof Tensor ? x : asTensor(x, literalType(x, dtype))));
}

function literalType(x: Exclude<TensorLike, Tensor>, dtype: DType | undefined): DType | undefined {
  if (dtype === "float32") return ArrayBuffer.isView(x) || isBool(x) ? undefined : dtype;
  if (dtype === "int32") return typeof x === "number" && Number.isInteger(x) ? dtype : undefined;
  return undefined;
}

function isBool(x: unknown): boolean {
  return Array.isArray(x) ? x.length > 0 && isBool(x[0]) : typeof x === "boolean";
}
