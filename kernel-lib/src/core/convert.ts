import { cpu } from "../devices/cpu/device.js";
import { type DType, promote } from "../dtype.js";
import { ArrayTensor, Tensor, type TensorLike, toTyped } from "../tensor.js";

/** 把 TensorLike 变成张量；已是张量则原样返回。 */
export function asTensor(x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  const typed = toTyped(x, dtype);
  return new ArrayTensor(cpu, typed.data, typed.shape, typed.dtype);
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
