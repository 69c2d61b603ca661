import { withBatch } from "../core/batching.js";
import { bind } from "../core/bind.js";
import { asTensor } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import { TiduError } from "../errors.js";
import { normalizeAxis, sameShape, showShape } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import { add } from "./arithmetic.js";
import { reshape } from "./layout.js";
import { greaterEqual, less, logicalAnd, where } from "./select.js";

const gatherP: Primitive<any> = definePrimitive({
  name: "gather",
  shape: ([x, indices], { axis }) => ({
    shape: [...x!.shape.slice(0, axis), ...indices!.shape, ...x!.shape.slice(axis + 1)],
    dtype: x!.dtype,
  }),
  jvp: ([, indices], [t], _, { axis }) => t && gather(t, indices!, axis),
  vjp: (i, ct, _, [x, indices], { axis }) =>
    i === 0 ? scatterAdd(indices!, ct, x!.shape[axis]!, axis) : null,
  batch: ([x, indices], [dx, di], { axis }: { axis: number }) => {
    if (di === null) return { out: gather(moveAxis(x!, dx!, 0), indices!, axis + 1), dim: 0 };
    const index = moveAxis(indices!, di!, 0);
    if (dx === null) return { out: gather(x!, index, axis), dim: axis };
    // 两边都成批：把批轴并进被取的轴，第 b 个样本的下标加上 b·n。
    const moved = moveAxis(x!, dx!, axis);
    const n = moved.shape[axis + 1]!;
    const flat = reshape(moved, mergeAt(moved.shape, axis));
    return { out: gather(flat, offset(index, n), axis), dim: axis };
  },
});

const scatterAddP: Primitive<any> = definePrimitive({
  name: "scatterAdd",
  shape: ([indices, updates], { axis, size }) => {
    const r = indices!.shape.length;
    if (!sameShape(updates!.shape.slice(axis, axis + r), indices!.shape)) {
      throw new TiduError(
        "TIDU-SHAPE-010",
        `scatterAdd：更新值的形状 ${showShape(updates!.shape)} 从第 ${axis} 轴起应与下标的形状 ${showShape(indices!.shape)} 一致。`,
      );
    }
    const shape = [...updates!.shape.slice(0, axis), size, ...updates!.shape.slice(axis + r)];
    return { shape, dtype: updates!.dtype === "bool" ? "int32" : updates!.dtype };
  },
  jvp: ([indices], [, t], _, { axis, size }) => t && scatterAdd(indices!, t, size, axis),
  vjp: (i, ct, _, [indices], { axis }) => (i === 1 ? gather(ct, indices!, axis) : null),
  batch: ([indices, updates], [di, du], { axis, size }: { axis: number; size: number }, count) => {
    if (di === null) {
      return { out: scatterAdd(indices!, moveAxis(updates!, du!, 0), size, axis + 1), dim: 0 };
    }
    const index = moveAxis(indices!, di!, 0);
    const moved = moveAxis(withBatch(updates!, du!, count), 0, axis);
    const out = scatterAdd(offset(index, size), moved, count * size, axis);
    return {
      out: reshape(out, [...out.shape.slice(0, axis), count, size, ...out.shape.slice(axis + 1)]),
      dim: axis,
    };
  },
});

const mergeAt = (shape: readonly number[], axis: number): number[] => [
  ...shape.slice(0, axis),
  shape[axis]! * shape[axis + 1]!,
  ...shape.slice(axis + 2),
];

/** 第 b 批的下标加上 b·n；越界的记成 −1，仍由核报错，不会取到邻近的样本。 */
function offset(index: Tensor, n: number): Tensor {
  const batch = index.shape[0]!;
  const base = asTensor(Int32Array.from({ length: batch }, (_, b) => b * n));
  const shifted = add(index, reshape(base, [batch, ...index.shape.slice(1).map(() => 1)]));
  return where(logicalAnd(greaterEqual(index, 0), less(index, n)), shifted, -1);
}

/**
 * 下标要是整数：裸的数与数组在这里核对并转成 int32；浮点张量拒绝，因为追踪时看不到它的值。
 * 给了轴长 n 时，裸的负下标从末尾数（−1 是最后一个）。
 */
export function asIndices(op: string, indices: TensorLike, n = 0): Tensor {
  if (indices instanceof Tensor) {
    if (indices.dtype === "int32") return indices;
    throw new TiduError(
      "TIDU-INDEX-001",
      `${op}：下标张量的元素类型是 ${indices.dtype}，应是 int32。请写 indices.astype("int32")。`,
    );
  }
  const t = asTensor(indices).concrete();
  const data = t.readSync();
  const bad = data.find((v) => !Number.isInteger(v));
  if (bad !== undefined) throw new TiduError("TIDU-INDEX-002", `${op}：下标要是整数，得到了 ${bad}。`);
  return reshape(asTensor(Int32Array.from(data, (i) => (i < 0 && i >= -n ? i + n : i))), t.shape);
}

/**
 * 沿 axis 轴按下标取：结果形状是 x 的形状把该轴换成 indices 的形状（NumPy 的 take）。
 * 直接写的负下标从末尾数；下标张量里不能有负数。梯度是 scatterAdd：重复取的元素，梯度累加。下标不是整数抛 TIDU-INDEX-001/002，越界抛 TIDU-INDEX-003。
 *
 * @example
 * gather([[1, 2], [3, 4], [5, 6]], [2, 0]).toArray() // => [[5, 6], [1, 2]]
 */
export function gather(x: TensorLike, indices: TensorLike, axis = 0): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("gather", axis, t.rank);
  return bind(gatherP, [t, asIndices("gather", indices, t.shape[a])], { axis: a });
}

/**
 * gather 的转置：结果沿 axis 轴长 size，第 indices[k] 处累加 updates 的第 k 片，其余为 0。
 *
 * @example
 * scatterAdd([0, 2, 0], [1, 10, 100], 3).toArray() // => [101, 0, 10]
 */
export function scatterAdd(indices: TensorLike, updates: TensorLike, size: number, axis = 0): Tensor {
  const index = asIndices("scatterAdd", indices);
  const u = asTensor(updates);
  if (!Number.isInteger(size) || size < 0) {
    throw new TiduError("TIDU-ARG-004", `scatterAdd：size 要是非负整数，得到的是 ${size}。`);
  }
  const rank = u.rank - index.rank + 1;
  return bind(scatterAddP, [index, u], { axis: normalizeAxis("scatterAdd", axis, Math.max(rank, 1)), size });
}
