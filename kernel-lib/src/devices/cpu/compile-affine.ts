import { type Shape, sizeOf, stridesOf } from "../../shape.js";

/** 生成代码里的一个循环变量，取值 0…extent−1。 */
export interface Var {
  readonly name: string;
  readonly extent: number;
}

/** 循环变量的仿射式 offset + Σ 系数·变量：下标与地址都是它，所以步长、转置、切片都不用搬数据。 */
export interface Affine {
  readonly offset: number;
  readonly terms: ReadonlyMap<Var, number>;
}

export const zero: Affine = { offset: 0, terms: new Map() };

export function variable(v: Var): Affine {
  return v.extent === 1 ? zero : { offset: 0, terms: new Map([[v, 1]]) };
}

export function constant(offset: number): Affine {
  return { offset, terms: zero.terms };
}

export function scale(a: Affine, factor: number, shift = 0): Affine {
  if (factor === 1 && shift === 0) return a;
  const terms = new Map<Var, number>();
  if (factor !== 0) for (const [v, c] of a.terms) terms.set(v, c * factor);
  return { offset: a.offset * factor + shift, terms };
}

export function plus(a: Affine, b: Affine): Affine {
  const terms = new Map(a.terms);
  for (const [v, c] of b.terms) {
    const sum = (terms.get(v) ?? 0) + c;
    if (sum === 0) terms.delete(v);
    else terms.set(v, sum);
  }
  return { offset: a.offset + b.offset, terms };
}

export function affineKey(a: Affine): string {
  let key = String(a.offset);
  for (const [v, c] of [...a.terms].sort(([x], [y]) => (x.name < y.name ? -1 : 1))) key += `+${c}${v.name}`;
  return key;
}

/** 行优先、连续存放的数组里，下标对应的地址。 */
export function linear(index: readonly Affine[], shape: Shape): Affine {
  const strides = stridesOf(shape);
  return index.reduce((sum, ix, i) => (shape[i] === 1 ? sum : plus(sum, scale(ix, strides[i]!))), zero);
}

/** 广播后的下标对应的原下标：从末轴对齐，长度 1 的轴取 0。 */
export function broadcastIndex(index: readonly Affine[], shape: Shape): Affine[] {
  const lead = index.length - shape.length;
  return shape.map((n, i) => (n === 1 ? zero : index[lead + i]!));
}

/**
 * reshape 之后的下标对应 reshape 之前的下标。几个轴合并成一个轴时是仿射的；
 * 一个轴拆成几个要用除法与取余，返回 null。
 */
export function reshapeIndex(index: readonly Affine[], shape: Shape, source: Shape): Affine[] | null {
  if (sizeOf(shape) === 0) return source.map(() => zero);
  const out: Affine[] = [];
  let j = 0;
  for (const n of source) {
    if (n === 1) {
      out.push(zero);
      continue;
    }
    const from = j;
    let size = 1;
    while (size < n) size *= shape[j++]!;
    if (size !== n) return null;
    out.push(linear(index.slice(from, j), shape.slice(from, j)));
  }
  return out;
}
