import type { DType } from "../../dtype.js";
import type { Shape } from "../../shape.js";

/** 缓冲区里的类型：bool 存成 u32（0 或 1），int32 存成 i32，浮点一律 f32。 */
export function storageType(dtype: DType): "f32" | "i32" | "u32" {
  return dtype === "int32" ? "i32" : dtype === "bool" ? "u32" : "f32";
}

/** 计算时的类型：整数用 i32，其余（含布尔）用 f32。 */
export function valueType(dtype: DType): "f32" | "i32" {
  return dtype === "int32" ? "i32" : "f32";
}

export function load(dtype: DType, name: string, index: string): string {
  return dtype === "bool" ? `f32(${name}[${index}])` : `${name}[${index}]`;
}

/** 把计算时的值 value 写成缓冲区里的类型。 */
export function stored(dtype: DType, value: string): string {
  return dtype === "bool" ? `select(0u, 1u, ${value} != 0.0)` : value;
}

/** 计算类型之间的转换；浮点转整数向零取整。 */
export function converted(value: string, from: DType, to: DType): string {
  return valueType(from) === valueType(to) ? value : `${valueType(to)}(${value})`;
}

/** 浮点字面量。WGSL 不许常量是 NaN 或无穷，用运行时的函数代替。 */
export function literal(x: number): string {
  const f = Math.fround(x);
  if (Number.isNaN(f)) return "nan_()";
  if (!Number.isFinite(f)) return f > 0 ? "inf_()" : "(-inf_())";
  return `f32(${f})`;
}

/** uniform 里的整数：push 返回读它的表达式。放不下的直接写成字面量。 */
export class Uniforms {
  readonly values: number[] = [];
  private readonly literals: boolean;

  /** literals：全部写成字面量，用于形状固定的编译图。 */
  constructor(literals = false) {
    this.literals = literals;
  }

  push(n: number): string {
    if (this.literals || this.values.length === 64) return `${n}i`;
    const k = this.values.length;
    this.values.push(n);
    return `u[${k >> 2}].${"xyzw"[k & 3]}`;
  }
}

/**
 * 合并可以连起来走的轴，去掉长度为 1 的轴：下标运算少了，不同形状也更常共用一份源码。
 * strides[k] 是第 k 个操作数沿各轴的步长。
 */
export function coalesce(
  shape: Shape,
  strides: readonly (readonly number[])[],
): { shape: number[]; strides: number[][] } {
  const out = { shape: [] as number[], strides: strides.map(() => [] as number[]) };
  for (let axis = 0; axis < shape.length; axis++) {
    const n = shape[axis]!;
    if (n === 1) continue;
    const last = out.shape.length - 1;
    const joins = last >= 0 && strides.every((s, k) => out.strides[k]![last] === s[axis]! * n);
    if (joins) {
      out.shape[last]! *= n;
      for (const [k, s] of strides.entries()) out.strides[k]![last] = s[axis]!;
    } else {
      out.shape.push(n);
      for (const [k, s] of strides.entries()) out.strides[k]!.push(s[axis]!);
    }
  }
  return out;
}

/**
 * 把线性下标 i 拆成各轴坐标，再按各操作数的步长合成偏移。
 * 返回语句与各偏移的表达式；prefix 使同一个函数里可以拆几次。
 */
export function offsets(
  i: string,
  shape: Shape,
  strides: readonly (readonly number[])[],
  u: Uniforms,
  prefix = "c",
): { lines: string[]; offsets: string[] } {
  const joined = coalesce(shape, strides);
  const rank = joined.shape.length;
  const lines: string[] = [];
  let rest = i;
  for (let axis = rank - 1; axis >= 0; axis--) {
    if (axis === 0) lines.push(`let ${prefix}0 = ${rest};`);
    else {
      const n = u.push(joined.shape[axis]!);
      lines.push(`let ${prefix}${axis} = ${rest} % ${n};`, `let ${prefix}r${axis} = ${rest} / ${n};`);
      rest = `${prefix}r${axis}`;
    }
  }
  const sum = (own: readonly number[]): string => {
    const terms: string[] = [];
    for (const [axis, step] of own.entries()) {
      if (step === 1) terms.push(`${prefix}${axis}`);
      else if (step !== 0) terms.push(`${prefix}${axis} * ${u.push(step)}`);
    }
    return terms.length ? terms.join(" + ") : "0i";
  };
  return { lines, offsets: joined.strides.map(sum) };
}

/** 每个线程一个元素时的工作组大小与序号。 */
export const threads = 256;
export const threadIndex = `let i = group * ${threads}i + i32(lid);`;
export const groupsFor = (n: number): number => Math.ceil(n / threads);
