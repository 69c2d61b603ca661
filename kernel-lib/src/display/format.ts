import type { DType } from "../dtype.js";
import { type Shape, showShape } from "../shape.js";

/** 打印需要的：形状、类型、设备与数据；data 为 null 时 note 说明为什么没有数值。 */
export interface Printable {
  readonly shape: Shape;
  readonly dtype: DType;
  readonly device: string;
  readonly data: ArrayLike<number> | null;
  readonly note: string;
  /** 现在读不到、等一等就能读到的数据。 */
  readonly later?: () => Promise<ArrayLike<number>>;
}

/** 元素多于这个数时只印首尾。 */
const limit = 1000;
const edge = 3;
const gap = "…";

/** 一行摘要：类型、形状、设备。 */
export function summary(x: Printable): string {
  return `Tensor ${x.dtype}${showShape(x.shape)} ${x.device}`;
}

/** 像 NumPy 那样印数值：列对齐，太大时只印首尾；没有数值时印摘要与原因。 */
export function valuesText(x: Printable): string {
  if (!x.data) return `${summary(x)}（${x.note}）`;
  if (x.shape.length === 0) return scalarText(x.data[0]!, x.dtype);
  const size = x.shape.reduce((p, n) => p * n, 1);
  if (size === 0) return x.shape.length === 1 ? "[]" : `[]（形状 ${showShape(x.shape)}）`;
  const visible = x.shape.map((n) =>
    size > limit && n > 2 * edge ? [...range(0, edge), -1, ...range(n - edge, n)] : range(0, n),
  );
  const show = columnFormat(shownValues(x.data, x.shape, visible), x.dtype);
  return block(x.data, x.shape, visible, 0, 0, show);
}

/** 摘要加数值，多行。 */
export function fullText(x: Printable): string {
  return x.data ? `${summary(x)}\n${valuesText(x)}` : valuesText(x);
}

export function scalarText(value: number, dtype: DType): string {
  if (dtype === "bool") return value ? "true" : "false";
  return dtype === "float32" ? `${Number(value.toPrecision(8))}` : `${value}`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

function shownValues(data: ArrayLike<number>, shape: Shape, visible: readonly number[][]): number[] {
  const out: number[] = [];
  const walk = (axis: number, offset: number): void => {
    if (axis === shape.length) out.push(data[offset]!);
    else for (const i of visible[axis]!) if (i >= 0) walk(axis + 1, offset * shape[axis]! + i);
  };
  walk(0, 0);
  return out;
}

/** 对一组数选定统一的写法：整数、定点或科学记数，并补齐宽度。 */
export function columnFormat(values: readonly number[], dtype: DType): (v: number) => string {
  const raw = notation(values, dtype);
  const width = values.reduce((w, v) => Math.max(w, raw(v).length), 0);
  return (v) => raw(v).padStart(width);
}

function notation(values: readonly number[], dtype: DType): (v: number) => string {
  if (dtype === "bool") return (v) => (v ? "true" : "false");
  const finite = values.filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((v) => v > 0);
  const largest = Math.max(0, ...sizes);
  const smallest = Math.min(Infinity, ...sizes);
  const special = (v: number, f: (v: number) => string): string =>
    Number.isFinite(v) ? f(Object.is(v, -0) ? 0 : v) : Number.isNaN(v) ? "NaN" : v > 0 ? "∞" : "-∞";
  if (finite.every(Number.isInteger) && largest < 1e15) return (v) => special(v, String);
  if (largest >= 1e8 || smallest < 1e-4) {
    return (v) => special(v, (w) => (w === 0 ? "0" : w.toExponential(4)));
  }
  const decimals = Math.max(...finite.map((v) => trimmedDecimals(v)));
  return (v) => special(v, (w) => w.toFixed(decimals));
}

function trimmedDecimals(v: number): number {
  const text = v.toFixed(6).replace(/0+$/, "");
  return text.length - text.indexOf(".") - 1;
}

function block(
  data: ArrayLike<number>,
  shape: Shape,
  visible: readonly number[][],
  axis: number,
  offset: number,
  show: (v: number) => string,
): string {
  const inner = visible[axis]!.map((i) => {
    if (i < 0) return gap;
    const at = offset * shape[axis]! + i;
    return axis === shape.length - 1 ? show(data[at]!) : block(data, shape, visible, axis + 1, at, show);
  });
  const depth = shape.length - 1 - axis;
  if (depth === 0) return `[${inner.join(", ")}]`;
  return `[${inner.join(`,${"\n".repeat(depth)}${" ".repeat(axis + 1)}`)}]`;
}
