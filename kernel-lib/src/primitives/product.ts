import { asTensor } from "../core/convert.js";
import { type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { mul } from "./arithmetic.js";
import { broadcastTo, concat, pad, reshape, slice, transpose } from "./layout.js";

/**
 * 每个位置上“沿 axes 其余元素之积”，形状同 x。
 *
 * 两两相乘往上建一棵乘积树，再从根往下：左孩子的“其余”= 父亲的“其余”×右兄弟，反之亦然。
 * 只有乘法，没有除法，所以含零时也对；共 O(n) 次乘法、O(log n) 步，任意阶可导。
 */
export function productOfOthers(x: Tensor, axes: readonly number[]): Tensor {
  const kept = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const perm = [...kept, ...axes];
  const moved = transpose(x, perm);
  const n = sizeOf(axes.map((a) => x.shape[a]!));
  const m = sizeOf(kept.map((a) => x.shape[a]!));
  if (x.size === 0) return x;
  const flat = others(reshape(moved, [m, n]));
  const inverse = new Array<number>(perm.length);
  for (const [to, from] of perm.entries()) inverse[from] = to;
  return transpose(reshape(flat, moved.shape), inverse);
}

function others(x: Tensor): Tensor {
  const [m, n] = x.shape as [number, number];
  const width = 2 ** Math.ceil(Math.log2(n));
  const levels = [
    pad(
      x,
      [
        [0, 0],
        [0, width - n],
      ],
      1,
    ),
  ];
  while (levels.at(-1)!.shape[1]! > 1) {
    const y = levels.at(-1)!;
    levels.push(mul(even(y), odd(y)));
  }
  let rest: Tensor = broadcastTo(asTensor(1, x.dtype), [m, 1]);
  for (let k = levels.length - 2; k >= 0; k--) {
    const y = levels[k]!;
    const half: Shape = [m, y.shape[1]! / 2, 1];
    const left = reshape(mul(rest, odd(y)), half);
    const right = reshape(mul(rest, even(y)), half);
    rest = reshape(concat([left, right], 2), [m, y.shape[1]!]);
  }
  return slice(rest, [0, 0], [m, n]);
}

function even(y: Tensor): Tensor {
  return slice(y, [0, 0], [y.shape[0]!, y.shape[1]! / 2], [1, 2]);
}

function odd(y: Tensor): Tensor {
  return slice(y, [0, 1], [y.shape[0]!, y.shape[1]! / 2], [1, 2]);
}
