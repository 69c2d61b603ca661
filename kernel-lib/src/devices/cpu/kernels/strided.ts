import type { TypedArray } from "../../../dtype.js";

/** 一块按步长排布的数据：各轴步长（单位是元素，可为 0 或负）与起点。 */
export interface Layout {
  readonly data: TypedArray;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** 把 from 的每个元素按下标抄到 to；转置、广播、切片、倒序、补边都是它。 */
export function copyStrided(to: Layout, from: Layout, shape: readonly number[]): void {
  if (shape.some((n) => n === 0)) return;
  const [dims, ds, ss] = collapse(shape, to.strides, from.strides);
  const rank = dims.length;
  const dst = to.data;
  const src = from.data;
  const n = dims[rank - 1]!;
  const dn = ds[rank - 1]!;
  const sn = ss[rank - 1]!;
  const index = new Array<number>(rank).fill(0);
  let d = to.offset;
  let s = from.offset;
  for (;;) {
    if (dn === 1 && sn === 1 && n > 16) dst.set(src.subarray(s, s + n), d);
    else for (let i = 0, p = d, q = s; i < n; i++, p += dn, q += sn) dst[p] = src[q]!;
    let axis = rank - 2;
    for (; axis >= 0; axis--) {
      d += ds[axis]!;
      s += ss[axis]!;
      if (++index[axis]! < dims[axis]!) break;
      d -= ds[axis]! * dims[axis]!;
      s -= ss[axis]! * dims[axis]!;
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}

/** 去掉长度为 1 的轴，并把两边都连续的相邻轴并成一个，使里层循环尽量长。 */
function collapse(
  shape: readonly number[],
  a: readonly number[],
  b: readonly number[],
): [number[], number[], number[]] {
  const dims: number[] = [];
  const as: number[] = [];
  const bs: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    const n = shape[i]!;
    if (n === 1) continue;
    const k = dims.length - 1;
    if (k >= 0 && as[k] === a[i]! * n && bs[k] === b[i]! * n) {
      dims[k]! *= n;
      as[k] = a[i]!;
      bs[k] = b[i]!;
    } else {
      dims.push(n);
      as.push(a[i]!);
      bs.push(b[i]!);
    }
  }
  return dims.length > 0 ? [dims, as, bs] : [[1], [1], [1]];
}
