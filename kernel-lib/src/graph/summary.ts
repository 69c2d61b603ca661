import type { DType, TypedArray } from "../dtype.js";
import { type Shape, sizeOf } from "../shape.js";

/** 四位有效数字，去掉末尾的零；负号用真正的减号。 */
export function showNumber(x: number, digits = 4): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  let text: string;
  if (size >= 1e5 || size < 1e-4) {
    const [mantissa, exponent] = x.toExponential(Math.min(2, digits - 1)).split("e") as [string, string];
    text = `${trim(mantissa)}e${Number(exponent)}`;
  } else text = String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

function trim(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

export function showDims(shape: Shape): string {
  return shape.join("×");
}

/** 张量一行的概括：标量、短向量与四个元素以内的矩阵写全，其余写形状与取值的范围。 */
export function summarize(data: TypedArray, shape: Shape, dtype: DType): string {
  const size = sizeOf(shape);
  if (size === 0) return `空 ${showDims(shape)}`;
  if (shape.length === 0) return show(data[0]!, dtype, 4);
  if (size === 1) return `${"[".repeat(shape.length)}${show(data[0]!, dtype, 4)}${"]".repeat(shape.length)}`;
  if (shape.length === 1 && size <= 4) return `[${Array.from(data, (x) => show(x, dtype, 3)).join(", ")}]`;
  if (shape.length === 2 && size <= 4) {
    return `[${rowsOf(data, shape, dtype)
      .map((r) => r.join(", "))
      .join("; ")}]`;
  }
  const dims = shape.length === 1 ? `长 ${size}` : showDims(shape);
  return `${dims} ${range(data, dtype)}`;
}

/** 图上一个框里的几行：四行四列以内的矩阵与六个元素以内的向量写全，其余同 summarize。 */
export function summaryRows(data: TypedArray, shape: Shape, dtype: DType): string[] {
  const [rows = 0, columns = 0] = shape;
  if (shape.length === 1 && rows > 4 && rows <= 6) {
    return [`[${Array.from(data, (x) => show(x, dtype, 3)).join(", ")}]`];
  }
  if (shape.length !== 2 || rows < 2 || rows > 4 || columns > 4 || columns < 2) {
    return [summarize(data, shape, dtype)];
  }
  const cells = evenRows(data, shape, dtype);
  const aligned = cells[0]!.map((_, c) => alignPoint(cells.map((r) => r[c]!)));
  return cells.map((_, r) => `[${aligned.map((column) => column[r]!).join("\u2002")}]`);
}

function show(x: number, dtype: DType, digits: number): string {
  return dtype === "bool" ? (x ? "真" : "假") : showNumber(x, digits);
}

function rowsOf(data: TypedArray, shape: Shape, dtype: DType): string[][] {
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, i) =>
    Array.from(data.slice(i * columns, (i + 1) * columns), (x) => show(x, dtype, 3)),
  );
}

/** 一个矩阵用同样的小数位数，看得齐；大小相差太多时各写各的。 */
function evenRows(data: TypedArray, shape: Shape, dtype: DType): string[][] {
  const sizes = Array.from(data, Math.abs).filter((x) => x > 0);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  if (dtype === "bool" || sizes.length === 0 || !(high < 1e5)) return rowsOf(data, shape, dtype);
  const most = Math.min(6, Math.max(0, 2 - Math.floor(Math.log10(high))));
  if (low < 0.5 * 10 ** -most) return rowsOf(data, shape, dtype);
  const fixed = (places: number): number[] => Array.from(data, (x) => Number(x.toFixed(places)));
  const wanted = fixed(most).join();
  let places = most;
  while (places > 0 && fixed(places - 1).join() === wanted) places--;
  const text = Array.from(data, (x) =>
    x
      .toFixed(places)
      .replace(/^-(?=0\.?0*$)/, "")
      .replace("-", "−"),
  );
  const [rows, columns] = shape as [number, number];
  return Array.from({ length: rows }, (_, i) => text.slice(i * columns, (i + 1) * columns));
}

/** 取值的范围；有 NaN 时先说。 */
function range(data: TypedArray, dtype: DType): string {
  if (dtype === "bool") {
    let yes = 0;
    for (const x of data) yes += Number(x);
    return `真 ${yes} 个`;
  }
  let [low, high, nan] = [Infinity, -Infinity, 0];
  for (const x of data) {
    if (Number.isNaN(x)) nan++;
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (nan === data.length) return "全是 NaN";
  const text =
    low === high ? `全是 ${showNumber(low, 3)}` : `∈ [${showNumber(low, 3)}, ${showNumber(high, 3)}]`;
  return nan > 0 ? `${nan} 个 NaN，其余 ${text}` : text;
}

/** 一列数按小数点对齐：用与数字等宽、与小数点等宽的空格补齐。 */
function alignPoint(column: readonly string[]): string[] {
  const parts = column.map((x) => x.split(".") as [string, string?]);
  const whole = Math.max(...parts.map(([a]) => a.length));
  const fraction = Math.max(...parts.map(([, b]) => b?.length ?? 0));
  return parts.map(([a, b]) => {
    const left = "\u2007".repeat(whole - a.length) + a;
    if (fraction === 0) return left;
    return `${left}${b === undefined ? "\u2008" : "."}${(b ?? "").padEnd(fraction, "\u2007")}`;
  });
}
