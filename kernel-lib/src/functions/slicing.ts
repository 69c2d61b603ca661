import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { gather } from "../primitives/indexing.js";
import { flip, reshape, slice } from "../primitives/layout.js";
import { showShape } from "../shape.js";
import { Tensor, type TensorLike } from "../tensor.js";
import { expandDims } from "./rearrange.js";

/**
 * 一个轴上取哪些：整数（去掉这个轴，负数从末尾数）、NumPy 写法的切片 "起:止:步"、
 * 整数数组或 int32 张量（按下标取）、"..."（其余的轴全取）、null（插入长度为 1 的轴）。
 */
export type IndexItem = number | string | null | readonly number[] | Tensor;

/**
 * NumPy 写法的取下标：at(x, 0, "1:", -1) 就是 x[0, 1:, -1]。少写的轴全取。
 * 切片可以有负的起止与负的步长；几个数组下标各管各的轴（取出的是它们的外积，与 NumPy 逐位置配对不同）。
 * 写法不对抛 TIDU-INDEX-004，轴太多抛 TIDU-INDEX-005，整数越界抛 TIDU-INDEX-003。
 *
 * @example
 * at([[1, 2, 3], [4, 5, 6]], 1, "::-1").toArray() // => [6, 5, 4]
 * @example
 * at([[1, 2, 3], [4, 5, 6]], "...", [0, 2]).toArray() // => [[1, 3], [4, 6]]
 */
export function at(x: TensorLike, ...items: IndexItem[]): Tensor {
  let y = asTensor(x);
  let axis = 0;
  for (const item of expand(y, items)) {
    if (item === null) y = expandDims(y, axis++);
    else if (typeof item === "number") y = pick(y, item, axis);
    else if (typeof item === "string") y = cut(y, item, axis++);
    else {
      const added = item instanceof Tensor ? item.rank : 1;
      y = gather(y, item, axis);
      axis += added;
    }
  }
  return y;
}

/** 把 "..." 换成相应个数的 ":"。 */
function expand(x: Tensor, items: readonly IndexItem[]): readonly IndexItem[] {
  const used = items.filter((item) => item !== null && item !== "...").length;
  const dots = items.filter((item) => item === "...").length;
  if (used > x.rank || dots > 1) {
    throw new TiduError(
      "TIDU-INDEX-005",
      `at：形状 ${showShape(x.shape)} 有 ${x.rank} 个轴，给了 ${used} 个下标${dots > 1 ? `与 ${dots} 个 "..."（至多一个）` : ""}。`,
    );
  }
  const all = new Array<string>(x.rank - used).fill(":");
  return items.flatMap((item) => (item === "..." ? all : [item]));
}

function pick(x: Tensor, i: number, axis: number): Tensor {
  const n = x.shape[axis]!;
  if (!Number.isInteger(i) || i < -n || i >= n) {
    throw new TiduError(
      "TIDU-INDEX-003",
      `at：下标 ${i} 越界；第 ${axis} 个轴长 ${n}，可用 ${-n} 到 ${n - 1}。`,
    );
  }
  const one = part(x, axis, i < 0 ? i + n : i, 1, 1);
  return reshape(one, [...x.shape.slice(0, axis), ...x.shape.slice(axis + 1)]);
}

function part(x: Tensor, axis: number, start: number, size: number, step: number): Tensor {
  return slice(
    x,
    x.shape.map((_, i) => (i === axis ? start : 0)),
    x.shape.map((n, i) => (i === axis ? size : n)),
    x.shape.map((_, i) => (i === axis ? step : 1)),
  );
}

/** 切片与 Python 的规则相同：起止先折到轴内，再按步长数个数；负步长先取再倒过来。 */
function cut(x: Tensor, text: string, axis: number): Tensor {
  const match = /^\s*(-?\d+)?\s*:\s*(-?\d+)?\s*(?::\s*(-?\d+)?\s*)?$/.exec(text);
  const step = Number(match?.[3] ?? 1);
  if (!match || step === 0) {
    throw new TiduError(
      "TIDU-INDEX-004",
      `at：看不懂切片 ${JSON.stringify(text)}。写法是 "起:止:步"，各部分可省，步长不能是 0，如 "1:-1"、"::2"、"::-1"。`,
    );
  }
  const n = x.shape[axis]!;
  const forward = step > 0;
  const fold = (part: string | undefined, missing: number): number => {
    if (part === undefined) return missing;
    const i = Number(part) < 0 ? Number(part) + n : Number(part);
    return Math.min(Math.max(i, forward ? 0 : -1), forward ? n : n - 1);
  };
  const start = fold(match[1], forward ? 0 : n - 1);
  const stop = fold(match[2], forward ? n : -1);
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (size === 0) return part(x, axis, 0, 0, 1);
  if (forward) return part(x, axis, start, size, step);
  return flip(part(x, axis, start + (size - 1) * step, size, -step), axis);
}
