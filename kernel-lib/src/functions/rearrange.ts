import { asTensor, asTensors } from "../core/convert.js";
import { moveAxis } from "../core/internal.js";
import { TiduError } from "../errors.js";
import { broadcastTo, concat, reshape, slice, transpose } from "../primitives/layout.js";
import { normalizeAxes, normalizeAxis, sameShape, showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/**
 * 在 axis 处插入一个长度为 1 的轴。
 *
 * @example
 * expandDims([1, 2], 1).toArray() // => [[1], [2]]
 */
export function expandDims(x: TensorLike, axis: number): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("expandDims", axis, t.rank + 1);
  return reshape(t, [...t.shape.slice(0, a), 1, ...t.shape.slice(a)]);
}

/**
 * 去掉长度为 1 的轴（axis 缺省时去掉全部）；指定的轴长度不是 1 时抛 TIDU-SHAPE-013。
 *
 * @example
 * squeeze([[[1], [2]]]).toArray() // => [1, 2]
 */
export function squeeze(x: TensorLike, axis?: number | readonly number[]): Tensor {
  const t = asTensor(x);
  const axes =
    axis === undefined
      ? [...t.shape.keys()].filter((i) => t.shape[i] === 1)
      : normalizeAxes("squeeze", axis, t.rank);
  const bad = axes.find((a) => t.shape[a] !== 1);
  if (bad !== undefined) {
    throw new TiduError(
      "TIDU-SHAPE-013",
      `squeeze：形状 ${showShape(t.shape)} 的第 ${bad} 轴长 ${t.shape[bad]}，只有长度为 1 的轴能去掉。`,
    );
  }
  return reshape(
    t,
    t.shape.filter((_, i) => !axes.includes(i)),
  );
}

/**
 * 交换两个轴。
 *
 * @example
 * swapaxes([[1, 2, 3]], 0, 1).shape // => [3, 1]
 */
export function swapaxes(x: TensorLike, a: number, b: number): Tensor {
  const t = asTensor(x);
  const perm = [...t.shape.keys()];
  const i = normalizeAxis("swapaxes", a, t.rank);
  const j = normalizeAxis("swapaxes", b, t.rank);
  [perm[i], perm[j]] = [j, i];
  return transpose(t, perm);
}

/**
 * 把 from 轴移到 to 处，其余轴次序不变。
 *
 * @example
 * moveaxis(zeros([2, 3, 4]), 0, -1).shape // => [3, 4, 2]
 */
export function moveaxis(x: TensorLike, from: number, to: number): Tensor {
  const t = asTensor(x);
  return moveAxis(t, normalizeAxis("moveaxis", from, t.rank), normalizeAxis("moveaxis", to, t.rank));
}

/**
 * 把同形状的张量叠在一个新的轴上；形状不同时抛 TIDU-SHAPE-014。
 *
 * @example
 * stack([[1, 2], [3, 4]], 1).toArray() // => [[1, 3], [2, 4]]
 */
export function stack(xs: readonly TensorLike[], axis = 0): Tensor {
  const tensors = asTensors(...xs);
  const first = tensors[0];
  const bad = tensors.findIndex((t) => !sameShape(t.shape, first!.shape));
  if (bad >= 0) {
    throw new TiduError(
      "TIDU-SHAPE-014",
      `stack：第 ${bad} 个张量的形状 ${showShape(tensors[bad]!.shape)} 与第 0 个的 ${showShape(first!.shape)} 不同。`,
    );
  }
  const a = first ? normalizeAxis("stack", axis, first.rank + 1) : axis;
  return concat(
    tensors.map((t) => expandDims(t, a)),
    a,
  );
}

/**
 * 沿 axis 轴切成几段：给段数（要能整除）或各段的长度（要加起来等于轴长），否则抛 TIDU-SHAPE-015。
 *
 * @example
 * chunk([1, 2, 3, 4], 2).map((t) => t.toArray()) // => [[1, 2], [3, 4]]
 */
export function chunk(x: TensorLike, sections: number | readonly number[], axis = 0): Tensor[] {
  const t = asTensor(x);
  const a = normalizeAxis("chunk", axis, t.rank);
  const n = t.shape[a]!;
  const sizes = typeof sections === "number" ? new Array<number>(sections).fill(n / sections) : sections;
  if (sizes.some((s) => !Number.isInteger(s) || s < 0) || sizes.reduce((p, s) => p + s, 0) !== n) {
    throw new TiduError(
      "TIDU-SHAPE-015",
      `chunk：长 ${n} 的轴不能切成 ${typeof sections === "number" ? `${sections} 段等长` : `[${sections.join(", ")}]`}。`,
    );
  }
  let start = 0;
  return sizes.map((size) => {
    const from = t.shape.map((_, i) => (i === a ? start : 0));
    start += size;
    return slice(
      t,
      from,
      t.shape.map((m, i) => (i === a ? size : m)),
    );
  });
}

/**
 * 展平成一维。
 *
 * @example
 * flatten([[1, 2], [3, 4]]).toArray() // => [1, 2, 3, 4]
 */
export function flatten(x: TensorLike): Tensor {
  const t = asTensor(x);
  return reshape(t, [t.size]);
}

/**
 * 沿各轴重复：结果第 i 轴是 x 的第 i 轴首尾相接 times[i] 遍。
 *
 * @example
 * tile([1, 2], [2]).toArray() // => [1, 2, 1, 2]
 */
export function tile(x: TensorLike, times: readonly number[]): Tensor {
  let y = asTensor(x);
  while (y.rank < times.length) y = expandDims(y, 0);
  for (const [i, n] of times.entries()) {
    const axis = y.rank - times.length + i;
    if (!Number.isInteger(n) || n < 1) {
      throw new TiduError("TIDU-ARG-008", `tile：重复次数要是正整数，第 ${i} 个是 ${n}。`);
    }
    if (n > 1) y = concat(new Array<Tensor>(n).fill(y), axis);
  }
  return y;
}

/**
 * 沿 axis 轴（缺省末轴）把每个元素连续重复 times 次（NumPy 的 repeat；整段首尾相接请用 tile）。times 不是正整数抛 TIDU-ARG-008。
 *
 * @example
 * repeat([1, 2], 2).toArray() // => [1, 1, 2, 2]
 */
export function repeat(x: TensorLike, times: number, axis = -1): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("repeat", axis, t.rank);
  if (!Number.isInteger(times) || times < 1) {
    throw new TiduError("TIDU-ARG-008", `repeat：重复次数要是正整数，得到的是 ${times}。`);
  }
  const wide = t.shape.flatMap((n, i) => (i === a ? [n, times] : [n]));
  const shape = t.shape.map((n, i) => (i === a ? n * times : n));
  return reshape(broadcastTo(expandDims(t, a + 1), wide), shape);
}

/**
 * 沿 axis 轴（缺省末轴）循环移位：第 i 个移到 i + shift，移出末尾的从头补上。
 *
 * @example
 * roll([1, 2, 3, 4], 1).toArray() // => [4, 1, 2, 3]
 */
export function roll(x: TensorLike, shift: number, axis = -1): Tensor {
  const t = asTensor(x);
  const a = normalizeAxis("roll", axis, t.rank);
  const n = t.shape[a]!;
  const k = n === 0 ? 0 : ((shift % n) + n) % n;
  return k === 0 ? t : concat(chunk(t, [n - k, k], a).reverse(), a);
}

/**
 * stack 的逆：沿 axis 轴（缺省 0）拆成一列张量，各自去掉这个轴。
 * 逐次对半拆，反向时补零的总量是 O(n log n)；循环里逐个 gather 则是 O(n²)。
 *
 * @example
 * unstack([[1, 2], [3, 4]]).map((t) => t.toArray()) // => [[1, 2], [3, 4]]
 */
export function unstack(x: TensorLike, axis = 0): Tensor[] {
  const t = asTensor(x);
  const a = normalizeAxis("unstack", axis, t.rank);
  const halve = (part: Tensor): Tensor[] => {
    const n = part.shape[a]!;
    if (n === 0) return [];
    if (n === 1) return [squeeze(part, a)];
    const half = n >> 1;
    return chunk(part, [half, n - half], a).flatMap(halve);
  };
  return halve(t);
}
