import { cpu } from "../devices/cpu/device.js";
import { type DType, isFloat } from "../dtype.js";
import { ArrayTensor, Tensor, type TensorLike, toTyped } from "../tensor.js";

/** 把 TensorLike 变成张量；已是张量则原样返回。 */
export function asTensor(x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return x;
  const typed = toTyped(x, dtype);
  return new ArrayTensor(cpu, typed.data, typed.shape, typed.dtype);
}

/**
 * 同一个算子的几个操作数：裸的数与数组随张量操作数取浮点类型，
 * 所以 float32 的 x 加 1 还是 float32。
 */
export function asTensors(...xs: TensorLike[]): Tensor[] {
  let dtype: DType | undefined;
  for (const x of xs) {
    if (x instanceof Tensor && isFloat(x.dtype) && (dtype === undefined || x.dtype === "float64"))
      dtype = x.dtype;
  }
  return xs.map((x) =>
    x instanceof Tensor || ArrayBuffer.isView(x)
      ? asTensor(x)
      : asTensor(x, dtype === "float32" && !isBool(x) ? dtype : undefined),
  );
}

function isBool(x: unknown): boolean {
  return Array.isArray(x) ? x.length > 0 && isBool(x[0]) : typeof x === "boolean";
}
