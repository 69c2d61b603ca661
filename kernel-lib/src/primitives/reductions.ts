import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { type Aval, definePrimitive, type Params, type Primitive } from "../core/primitive.js";
import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import { normalizeAxes, normalizeAxis, type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { div, mul } from "./arithmetic.js";
import { broadcastTo, reshape } from "./layout.js";
import { productOfOthers } from "./product.js";
import { astype, equal } from "./select.js";

/** 一根轴或几根轴；负数从末轴数起，−1 是末轴。 */
export type Axis = number | readonly number[];

/** 归约的选项。 */
export interface ReduceOptions {
  /** 为真时被约去的轴留下长度 1，便于再广播回去。 */
  readonly keepDims?: boolean;
}

// 约简原语把 axes 里的轴去掉；keepDims 由外面 reshape 一次得到。

const without = (shape: Shape, axes: readonly number[]): number[] =>
  shape.filter((_, i) => !axes.includes(i));
const keeping = (shape: Shape, axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n));
const counted = (dtype: DType): DType => (dtype === "bool" ? "int32" : dtype);

/** 把约简的结果放大回输入的形状。 */
const spread = (y: Tensor, x: Tensor, axes: readonly number[]): Tensor =>
  broadcastTo(reshape(y, keeping(x.shape, axes)), x.shape);

const batchReduction =
  (self: () => Primitive): NonNullable<Primitive["batch"]> =>
  ([x], [dim], params) => ({
    out: bind(self(), [moveAxis(x!, dim!, 0)], { axes: params["axes"].map((a: number) => a + 1) }),
    dim: 0,
  });

function nonEmpty(name: string, x: Aval, axes: readonly number[]): void {
  if (sizeOf(axes.map((a) => x.shape[a]!)) === 0) {
    throw new TiduError(
      "TIDU-SHAPE-009",
      `${name}：形状 ${showShape(x.shape)} 沿轴 [${axes.join(", ")}] 没有元素，没有最值可取。请先检查这一批数据是否为空。`,
    );
  }
}

function reduce(
  p: Primitive,
  x: TensorLike,
  axis: Axis | undefined,
  options: ReduceOptions | undefined,
): Tensor {
  const t = asTensor(x);
  const axes = normalizeAxes(p.name, axis, t.rank);
  const y = bind(p, [t], { axes });
  return options?.keepDims ? reshape(y, keeping(t.shape, axes)) : y;
}

const sumP: Primitive<any> = definePrimitive({
  name: "sum",
  shape: ([x], { axes }) => ({ shape: without(x!.shape, axes), dtype: counted(x!.dtype) }),
  jvp: (_, [t], __, { axes }) => t && sum(t, axes),
  vjp: (_, ct, __, [x], { axes }) => spread(ct, x!, axes),
  batch: batchReduction(() => sumP),
});

/**
 * 沿给定的轴求和；axis 缺省时对全部元素求和，空的轴和为 0。轴越界抛 TIDU-SHAPE-002。
 *
 * @example
 * sum([[1, 2], [3, 4]], 0).toArray() // => [4, 6]
 */
export function sum(x: TensorLike, axis?: Axis, options?: ReduceOptions): Tensor {
  return reduce(sumP, x, axis, options);
}

// 最值的梯度均分给并列的元素。
const extremum = (name: "max" | "min"): Primitive => {
  const shares = (out: Tensor, x: Tensor, axes: number[]): { hit: Tensor; count: Tensor } => {
    const hit = astype(equal(x, reshape(out, keeping(x.shape, axes))), x.dtype);
    return { hit, count: sum(hit, axes) };
  };
  const self: Primitive<any> = definePrimitive({
    name,
    shape: ([x], { axes }) => {
      nonEmpty(name, x!, axes);
      return { shape: without(x!.shape, axes), dtype: x!.dtype };
    },
    jvp: ([x], [t], out, { axes }) => {
      if (!t) return null;
      const { hit, count } = shares(out, x!, axes);
      return div(sum(mul(t, hit), axes), count);
    },
    vjp: (_, ct, out, [x], { axes }) => {
      const { hit, count } = shares(out, x!, axes);
      return mul(hit, reshape(div(ct, count), keeping(x!.shape, axes)));
    },
    batch: batchReduction(() => self),
  });
  return self;
};

const maxP = extremum("max");
const minP = extremum("min");

/**
 * 沿给定的轴取最大值。梯度只给最大的元素，并列时均分。轴上没有元素时抛 TIDU-SHAPE-009。
 *
 * @example
 * max([[1, 5], [7, 3]], 1).toArray() // => [5, 7]
 */
export function max(x: TensorLike, axis?: Axis, options?: ReduceOptions): Tensor {
  return reduce(maxP, x, axis, options);
}

/**
 * 沿给定的轴取最小值。梯度只给最小的元素，并列时均分。
 *
 * @example
 * min([[1, 5], [7, 3]], 1).toArray() // => [1, 3]
 */
export function min(x: TensorLike, axis?: Axis, options?: ReduceOptions): Tensor {
  return reduce(minP, x, axis, options);
}

// 连乘的导数是“其余元素之积”；用乘积树求，有零也不会 0/0。
const prodP: Primitive<any> = definePrimitive({
  name: "prod",
  shape: ([x], { axes }) => ({ shape: without(x!.shape, axes), dtype: counted(x!.dtype) }),
  jvp: ([x], [t], _, { axes }) => t && sum(mul(t, productOfOthers(x!, axes)), axes),
  vjp: (_, ct, __, [x], { axes }) => mul(spread(ct, x!, axes), productOfOthers(x!, axes)),
  batch: batchReduction(() => prodP),
});

/**
 * 沿给定的轴连乘；空的轴积为 1。导数是其余元素之积，含零也正确。
 *
 * @example
 * prod([2, 3, 4]).item() // => 24
 */
export function prod(x: TensorLike, axis?: Axis, options?: ReduceOptions): Tensor {
  return reduce(prodP, x, axis, options);
}

const position = (name: "argmax" | "argmin"): Primitive => {
  const self: Primitive<any> = definePrimitive({
    name,
    shape: ([x], { axis }: Params) => {
      nonEmpty(name, x!, [axis]);
      return { shape: without(x!.shape, [axis]), dtype: "int32" };
    },
    jvp: () => null,
    vjp: () => null,
    batch: ([x], [dim], { axis }) => ({
      out: bind(self, [moveAxis(x!, dim!, 0)], { axis: axis + 1 }),
      dim: 0,
    }),
  });
  return self;
};

const argmaxP = position("argmax");
const argminP = position("argmin");

function locate(p: Primitive, x: TensorLike, axis: number | undefined): Tensor {
  const t = axis === undefined ? reshape(x, [-1]) : asTensor(x);
  return bind(p, [t], { axis: normalizeAxis(p.name, axis ?? 0, t.rank) });
}

/**
 * 最大元素的位置（int32）；并列时取最前面的一个。axis 缺省时按展平后的次序。没有梯度。
 *
 * @example
 * argmax([[1, 5], [7, 3]], 1).toArray() // => [1, 0]
 */
export function argmax(x: TensorLike, axis?: number): Tensor {
  return locate(argmaxP, x, axis);
}

/**
 * 最小元素的位置（int32）；并列时取最前面的一个。没有梯度。
 *
 * @example
 * argmin([3, 1, 2]).item() // => 1
 */
export function argmin(x: TensorLike, axis?: number): Tensor {
  return locate(argminP, x, axis);
}
