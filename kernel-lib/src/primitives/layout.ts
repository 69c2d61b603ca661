import { withBatch } from "../core/batching.js";
import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { moveAxis, sumTo } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { promote } from "../dtype.js";
import { TiduError } from "../errors.js";
import { normalizeAxes, normalizeAxis, type Shape, sameShape, showShape, sizeOf } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

// 只搬动数据、不做算术的原语。它们都是线性的：jvp 就是自己，vjp 是转置。

const reshapeP: Primitive<any> = definePrimitive({
  name: "reshape",
  shape: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  jvp: (_, [t], __, { shape }) => t && reshape(t, shape),
  vjp: (_, ct, __, [x]) => reshape(ct, x!.shape),
  batch: ([x], [dim], { shape }) => {
    const moved = moveAxis(x!, dim!, 0);
    return { out: reshape(moved, [moved.shape[0]!, ...shape]), dim: 0 };
  },
});

/**
 * 改变形状，元素的行优先次序不变。shape 里至多一个 −1，由其余的轴推出。
 * 元素个数对不上时抛 TIDU-SHAPE-004。
 *
 * @example
 * reshape([1, 2, 3, 4], [2, -1]).toArray() // => [[1, 2], [3, 4]]
 */
export function reshape(x: TensorLike, shape: number | Shape): Tensor {
  const t = asTensor(x);
  const target = inferShape(t, typeof shape === "number" ? [shape] : shape);
  return sameShape(t.shape, target) ? t : bind(reshapeP, [t], { shape: target });
}

function inferShape(x: Tensor, shape: Shape): Shape {
  const holes = shape.filter((n) => n === -1).length;
  const known = sizeOf(shape.filter((n) => n !== -1));
  const bad = (): TiduError =>
    new TiduError(
      "TIDU-SHAPE-004",
      `reshape：形状 ${showShape(x.shape)}（${x.size} 个元素）不能变成 ${showShape(shape)}。` +
        "新形状的元素个数要与原来相等；至多一个轴可以写 −1，由其余的轴推出。",
    );
  if (shape.some((n) => !Number.isInteger(n) || n < -1) || holes > 1) throw bad();
  if (holes === 0) {
    if (known !== x.size) throw bad();
    return shape;
  }
  if (known === 0 || x.size % known !== 0) throw bad();
  return shape.map((n) => (n === -1 ? x.size / known : n));
}

const transposeP: Primitive<any> = definePrimitive({
  name: "transpose",
  shape: ([x], { perm }: { perm: number[] }) => ({ shape: perm.map((i) => x!.shape[i]!), dtype: x!.dtype }),
  jvp: (_, [t], __, { perm }) => t && transpose(t, perm),
  vjp: (_, ct, __, ___, { perm }: { perm: number[] }) => {
    const inverse = new Array<number>(perm.length);
    for (const [to, from] of perm.entries()) inverse[from] = to;
    return transpose(ct, inverse);
  },
  batch: ([x], [dim], { perm }: { perm: number[] }) => ({
    out: transpose(x!, [dim!, ...perm.map((i) => (i < dim! ? i : i + 1))]),
    dim: 0,
  }),
});

/**
 * 重排各轴：结果的第 i 轴是 x 的第 perm[i] 轴；perm 缺省时把轴的次序倒过来（矩阵转置）。
 * perm 不是 0…rank−1 的排列时抛 TIDU-SHAPE-005。
 *
 * @example
 * transpose([[1, 2], [3, 4]]).toArray() // => [[1, 3], [2, 4]]
 */
export function transpose(x: TensorLike, perm?: readonly number[]): Tensor {
  const t = asTensor(x);
  const rank = t.rank;
  const order = perm ? perm.map((a) => (a < 0 ? a + rank : a)) : t.shape.map((_, i) => rank - 1 - i);
  const seen = new Set(order);
  if (
    order.length !== rank ||
    seen.size !== rank ||
    order.some((a) => !Number.isInteger(a) || a < 0 || a >= rank)
  ) {
    throw new TiduError(
      "TIDU-SHAPE-005",
      `transpose：[${perm?.join(", ")}] 不是 ${rank} 个轴的排列；形状是 ${showShape(t.shape)}，每个轴要恰好出现一次。`,
    );
  }
  return order.every((a, i) => a === i) ? t : bind(transposeP, [t], { perm: order });
}

const broadcastToP: Primitive<any> = definePrimitive({
  name: "broadcastTo",
  shape: ([x], { shape }) => ({ shape, dtype: x!.dtype }),
  jvp: (_, [t], __, { shape }) => t && broadcastTo(t, shape),
  vjp: (_, ct, __, [x]) => sumTo(ct, x!.shape),
  batch: ([x], [dim], { shape }: { shape: number[] }) => {
    const moved = moveAxis(x!, dim!, 0);
    const [size, ...rest] = moved.shape as [number, ...number[]];
    const ones = new Array<number>(shape.length - rest.length).fill(1);
    return { out: broadcastTo(reshape(moved, [size, ...ones, ...rest]), [size, ...shape]), dim: 0 };
  },
});

/**
 * 按 NumPy 规则广播到给定形状；梯度是把广播出来的轴加回去。不能广播时抛 TIDU-SHAPE-006。
 *
 * @example
 * broadcastTo([1, 2], [2, 2]).toArray() // => [[1, 2], [1, 2]]
 */
export function broadcastTo(x: TensorLike, shape: Shape): Tensor {
  const t = asTensor(x);
  if (sameShape(t.shape, shape)) return t;
  const lead = shape.length - t.rank;
  if (lead < 0 || t.shape.some((n, i) => n !== 1 && n !== shape[lead + i])) {
    throw new TiduError(
      "TIDU-SHAPE-006",
      `broadcastTo：形状 ${showShape(t.shape)} 不能广播成 ${showShape(shape)}；只有长度为 1 的轴可以放大，新轴只能加在前面。`,
    );
  }
  return bind(broadcastToP, [t], { shape });
}

const flipP: Primitive<any> = definePrimitive({
  name: "flip",
  shape: ([x]) => x!,
  jvp: (_, [t], __, { axes }) => t && flip(t, axes),
  vjp: (_, ct, __, ___, { axes }) => flip(ct, axes),
  batch: ([x], [dim], { axes }: { axes: number[] }) => ({
    out: flip(
      x!,
      axes.map((a) => (a < dim! ? a : a + 1)),
    ),
    dim: dim!,
  }),
});

/**
 * 沿给定的轴（缺省为全部的轴）倒序。
 *
 * @example
 * flip([1, 2, 3]).toArray() // => [3, 2, 1]
 */
export function flip(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const axes = normalizeAxes("flip", axis, t.rank);
  return axes.length === 0 ? t : bind(flipP, [t], { axes });
}

const concatP: Primitive<any> = definePrimitive({
  name: "concat",
  shape: (args, { axis }: { axis: number }) => {
    const shape = [...args[0]!.shape];
    let dtype = args[0]!.dtype;
    shape[axis] = 0;
    for (const [k, x] of args.entries()) {
      if (x.shape.length !== shape.length || x.shape.some((n, i) => i !== axis && n !== shape[i])) {
        throw new TiduError(
          "TIDU-SHAPE-007",
          `concat：第 ${k} 个张量的形状 ${showShape(x.shape)} 与第 0 个的 ${showShape(args[0]!.shape)} 除第 ${axis} 轴外应相同。`,
        );
      }
      shape[axis]! += x.shape[axis]!;
      dtype = promote(dtype, x.dtype);
    }
    return { shape, dtype };
  },
  jvp: (primals, tangents, _, { axis }) =>
    concat(
      primals.map((x, i) => tangents[i] ?? zerosOf(x)),
      axis,
    ),
  vjp: (i, ct, _, args, { axis }: { axis: number }) => {
    const start = new Array<number>(ct.rank).fill(0);
    for (let k = 0; k < i; k++) start[axis]! += args[k]!.shape[axis]!;
    return slice(ct, start, args[i]!.shape);
  },
  batch: (args, dims, { axis }: { axis: number }, size) => ({
    out: concat(
      args.map((x, i) => withBatch(x, dims[i]!, size)),
      axis + 1,
    ),
    dim: 0,
  }),
});

function zerosOf(x: Tensor): Tensor {
  return broadcastTo(asTensor(0, x.dtype), x.shape);
}

/**
 * 沿 axis 轴首尾相接；除该轴外形状要相同，否则抛 TIDU-SHAPE-007。
 *
 * @example
 * concat([[1, 2], [3]]).toArray() // => [1, 2, 3]
 */
export function concat(xs: readonly TensorLike[], axis = 0): Tensor {
  if (xs.length === 0) {
    throw new TiduError("TIDU-ARG-002", "concat：至少要给一个张量，得到的是空数组。");
  }
  const tensors = asTensors(...xs);
  const a = normalizeAxis("concat", axis, tensors[0]!.rank);
  return tensors.length === 1 ? tensors[0]! : bind(concatP, tensors, { axis: a });
}

const sliceP: Primitive<any> = definePrimitive({
  name: "slice",
  shape: ([x], { size }) => ({ shape: size, dtype: x!.dtype }),
  jvp: (_, [t], __, { start, size, step }) => t && slice(t, start, size, step),
  vjp: (_, ct, __, [x], { start, step }) => unslice(ct, x!.shape, start, step),
  batch: ([x], [dim], { start, size, step }) => {
    const moved = moveAxis(x!, dim!, 0);
    return { out: slice(moved, [0, ...start], [moved.shape[0]!, ...size], [1, ...step]), dim: 0 };
  },
});

/**
 * 取一块：每个轴从 start 开始，每隔 step 取一个，共取 size 个（size 写 −1 表示取到底）。越界抛 TIDU-SHAPE-008。
 *
 * @example
 * slice([10, 11, 12, 13, 14], [1], [2], [2]).toArray() // => [11, 13]
 */
export function slice(x: TensorLike, start: Shape, size?: Shape, step?: Shape): Tensor {
  const t = asTensor(x);
  const rank = t.rank;
  const from = t.shape.map((n, i) => ((start[i] ?? 0) < 0 ? start[i]! + n : (start[i] ?? 0)));
  const by = t.shape.map((_, i) => step?.[i] ?? 1);
  const count = t.shape.map((n, i) => {
    const c = size?.[i] ?? -1;
    return c === -1 ? Math.max(0, Math.ceil((n - from[i]!) / by[i]!)) : c;
  });
  const bad = t.shape.findIndex((n, i) => {
    const last = from[i]! + (count[i]! - 1) * by[i]!;
    const whole = Number.isInteger(from[i]!) && Number.isInteger(count[i]!) && Number.isInteger(by[i]!);
    return (
      !whole || by[i]! < 1 || count[i]! < 0 || from[i]! < 0 || from[i]! > n || (count[i]! > 0 && last >= n)
    );
  });
  if (bad >= 0 || [start, size, step].some((p) => p && p.length > rank)) {
    throw new TiduError(
      "TIDU-SHAPE-008",
      `slice：起点 [${start}]、个数 [${size ?? ""}]、步长 [${step ?? ""}] 超出了形状 ${showShape(t.shape)}` +
        `${bad >= 0 ? ` 的第 ${bad} 轴` : " 的轴数"}。起点与个数要落在轴内，步长是正整数（倒序请用 flip）。`,
    );
  }
  const whole = count.every((c, i) => c === t.shape[i]);
  return whole ? t : bind(sliceP, [t], { start: from, size: count, step: by });
}

/** slice 的转置：放回原处，其余补零。步长大于 1 的轴先补成“每格 step 个”再展平。 */
function unslice(ct: Tensor, shape: Shape, start: readonly number[], step: readonly number[]): Tensor {
  let y = ct;
  for (let axis = 0; axis < shape.length; axis++) {
    const by = step[axis]!;
    const n = y.shape[axis]!;
    if (by === 1 || n === 0) continue;
    const lead = y.shape.slice(0, axis);
    const tail = y.shape.slice(axis + 1);
    const spread = pad(
      reshape(y, [...lead, n, 1, ...tail]),
      [...lead, n, 1, ...tail].map((_, i) => (i === axis + 1 ? [0, by - 1] : [0, 0])),
    );
    y = slice(reshape(spread, [...lead, n * by, ...tail]), [], [...lead, (n - 1) * by + 1, ...tail]);
  }
  return pad(
    y,
    shape.map((n, i) => [start[i]!, n - start[i]! - y.shape[i]!]),
  );
}

const padP: Primitive<any> = definePrimitive({
  name: "pad",
  shape: ([x], { lo, hi }) => ({
    shape: x!.shape.map((n, i) => lo[i] + n + hi[i]),
    dtype: x!.dtype,
  }),
  jvp: (_, [t], __, { lo, hi }) => t && padWith(t, lo, hi, 0),
  vjp: (_, ct, __, [x], { lo }) => slice(ct, lo, x!.shape),
  batch: ([x], [dim], { lo, hi, value }: { lo: number[]; hi: number[]; value: number }) => ({
    out: padWith(moveAxis(x!, dim!, 0), [0, ...lo], [0, ...hi], value),
    dim: 0,
  }),
});

function padWith(x: Tensor, lo: readonly number[], hi: readonly number[], value: number): Tensor {
  if (lo.every((n) => n === 0) && hi.every((n) => n === 0)) return x;
  return bind(padP, [x], { lo, hi, value });
}

/**
 * 在各轴前后补常数。widths 每个轴给 [前, 后]；只给一个数时所有轴前后都补这么多。个数为负时抛 TIDU-ARG-003。
 *
 * @example
 * pad([1, 2], [[1, 2]]).toArray() // => [0, 1, 2, 0, 0]
 */
export function pad(x: TensorLike, widths: number | readonly (readonly number[])[], value = 0): Tensor {
  const t = asTensor(x);
  const pairs = typeof widths === "number" ? t.shape.map(() => [widths, widths]) : widths;
  const bad = pairs.some((p) => p.length !== 2 || p.some((n) => !Number.isInteger(n) || n < 0));
  if (pairs.length !== t.rank || bad) {
    throw new TiduError(
      "TIDU-ARG-003",
      `pad：要给 ${t.rank} 个轴各一对非负整数 [前, 后]，得到的是 ${JSON.stringify(widths)}；张量形状 ${showShape(t.shape)}。`,
    );
  }
  return padWith(
    t,
    pairs.map((p) => p[0]!),
    pairs.map((p) => p[1]!),
    value,
  );
}
