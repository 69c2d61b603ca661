import { asTensor, onDevice } from "../core/convert.js";
import { defaultDevice } from "../devices/default.js";
import { allocate, type DType, type TypedArray } from "../dtype.js";
import { TiduError } from "../errors.js";
import { astype } from "../primitives/select.js";
import { type Shape, sizeOf } from "../shape.js";
import { ArrayTensor, Tensor, type TensorLike, toTyped } from "../tensor.js";

/** 由数据造一个缺省设备上的张量；数据不再被别处改动。 */
export function fromData(data: TypedArray, shape: Shape, dtype: DType): Tensor {
  return onDevice(data, shape, dtype, defaultDevice());
}

/** 形状要是非负整数的数组；给一个数就是一维。 */
export function asShape(op: string, shape: number | Shape): Shape {
  const s = typeof shape === "number" ? [shape] : [...shape];
  if (s.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new TiduError("TIDU-ARG-005", `${op}：形状 [${s.join(", ")}] 里要全是非负整数。`);
  }
  return s;
}

/**
 * 由数、嵌套数组或类型化数组造张量。数与数组缺省是 float64，布尔是 bool；类型化数组保持自己的类型。
 * 给 dtype 则转换。数组参差不齐抛 TIDU-TENSOR-003，混入非数抛 TIDU-TENSOR-002。
 *
 * @example
 * tensor([[1, 2], [3, 4]]).shape // => [2, 2]
 * @example
 * tensor([1, 2], "float32").dtype // => "float32"
 */
export function tensor(x: TensorLike, dtype?: DType): Tensor {
  if (x instanceof Tensor) return dtype ? astype(x, dtype) : x;
  const { data, shape, dtype: own } = toTyped(x, dtype);
  return fromData(data, shape, own);
}

/**
 * 元素全是 value 的张量。
 *
 * @example
 * full([2, 2], 7).toArray() // => [[7, 7], [7, 7]]
 */
export function full(shape: number | Shape, value: number, dtype: DType = "float64"): Tensor {
  const s = asShape("full", shape);
  const data = allocate(dtype, sizeOf(s));
  if (value !== 0) data.fill(value);
  return fromData(data, s, dtype);
}

/**
 * 全零张量。
 *
 * @example
 * zeros([2]).toArray() // => [0, 0]
 */
export function zeros(shape: number | Shape, dtype: DType = "float64"): Tensor {
  return full(shape, 0, dtype);
}

/**
 * 全一张量。
 *
 * @example
 * ones([2]).toArray() // => [1, 1]
 */
export function ones(shape: number | Shape, dtype: DType = "float64"): Tensor {
  return full(shape, 1, dtype);
}

/**
 * 与 x 同形状、同元素类型、同设备的零。
 *
 * @example
 * zerosLike([[1, 2]]).toArray() // => [[0, 0]]
 */
export function zerosLike(x: TensorLike): Tensor {
  return fullLike(x, 0);
}

/**
 * 与 x 同形状、同元素类型、同设备的一。
 *
 * @example
 * onesLike([[1, 2]]).toArray() // => [[1, 1]]
 */
export function onesLike(x: TensorLike): Tensor {
  return fullLike(x, 1);
}

/**
 * 与 x 同形状、同元素类型、同设备，元素全是 value。
 *
 * @example
 * fullLike([1, 2], 5).toArray() // => [5, 5]
 */
export function fullLike(x: TensorLike, value: number): Tensor {
  const t = asTensor(x);
  const data = allocate(t.dtype, t.size);
  if (value !== 0) data.fill(value);
  return onDevice(data, t.shape, t.dtype, t instanceof ArrayTensor ? t.owner : defaultDevice());
}

/**
 * 等差数列：arange(n) 是 0…n−1；arange(a, b, step) 从 a 起、不含 b。步长为 0 抛 TIDU-ARG-006。
 *
 * @example
 * arange(2, 8, 2).toArray() // => [2, 4, 6]
 */
export function arange(start: number, stop?: number, step = 1, dtype: DType = "float64"): Tensor {
  const from = stop === undefined ? 0 : start;
  const to = stop ?? start;
  if (step === 0 || !Number.isFinite(to - from)) {
    throw new TiduError("TIDU-ARG-006", `arange(${from}, ${to}, ${step})：步长不能是 0，两端要有限。`);
  }
  const n = Math.max(0, Math.ceil((to - from) / step));
  const data = allocate(dtype, n);
  for (let i = 0; i < n; i++) data[i] = from + i * step;
  return fromData(data, [n], dtype);
}

/**
 * 在 [start, stop] 上等距取 count 个点，含两端。
 *
 * @example
 * linspace(0, 1, 5).toArray() // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace(start: number, stop: number, count = 50): Tensor {
  const [n] = asShape("linspace", count) as [number];
  const data = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const t = n === 1 ? 0 : i / (n - 1);
    data[i] = start * (1 - t) + stop * t;
  }
  return fromData(data, [n], "float64");
}

/**
 * n×m 单位矩阵（m 缺省等于 n）。
 *
 * @example
 * eye(2).toArray() // => [[1, 0], [0, 1]]
 */
export function eye(n: number, m: number = n, dtype: DType = "float64"): Tensor {
  const s = asShape("eye", [n, m]);
  const data = allocate(dtype, sizeOf(s));
  for (let i = 0; i < Math.min(n, m); i++) data[i * m + i] = 1;
  return fromData(data, s, dtype);
}
