import { TiduError } from "./errors.js";

/** 元素类型。float64 是 cpu 的默认；GPU 设备只有 float32。 */
export type DType = "float64" | "float32" | "int32" | "bool";

/** cpu 上每种元素类型对应的类型化数组；bool 用 0/1 存在 Uint8Array 里。 */
export type TypedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

const order: readonly DType[] = ["bool", "int32", "float32", "float64"];

export function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** 两种元素类型相遇时的结果类型：取 bool < int32 < float32 < float64 中靠后者。 */
export function promote(a: DType, b: DType): DType {
  return a === b ? a : order[Math.max(order.indexOf(a), order.indexOf(b))]!;
}

export function allocate(dtype: DType, size: number): TypedArray {
  switch (dtype) {
    case "float64":
      return new Float64Array(size);
    case "float32":
      return new Float32Array(size);
    case "int32":
      return new Int32Array(size);
    case "bool":
      return new Uint8Array(size);
    default:
      throw new TiduError("TIDU-DTYPE-001", `没有元素类型 “${dtype}”；可用的有 ${order.join("、")}。`);
  }
}

/** 类型化数组的元素类型。 */
export function dtypeOf(data: TypedArray): DType {
  if (data instanceof Float64Array) return "float64";
  if (data instanceof Float32Array) return "float32";
  if (data instanceof Int32Array) return "int32";
  return "bool";
}
