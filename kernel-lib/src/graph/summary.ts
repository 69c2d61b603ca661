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

/** 张量一行的概括：标量写数值，短向量写全，其余写形状与头尾。 */
export function summarize(data: TypedArray, shape: Shape, dtype: DType): string {
  const show = (x: number, digits: number): string =>
    dtype === "bool" ? (x ? "真" : "假") : showNumber(x, digits);
  const size = sizeOf(shape);
  if (size === 0) return `空 ${showDims(shape)}`;
  if (shape.length === 0) return show(data[0]!, 4);
  if (size === 1) return `${"[".repeat(shape.length)}${show(data[0]!, 4)}${"]".repeat(shape.length)}`;
  if (shape.length === 1 && size <= 4) return `[${Array.from(data, (x) => show(x, 3)).join(", ")}]`;
  if (shape.length === 1)
    return `[${show(data[0]!, 3)}, ${show(data[1]!, 3)}, …, ${show(data[size - 1]!, 3)}]`;
  if (shape.length === 2 && size <= 4) {
    const [rows, columns] = shape as [number, number];
    const row = (i: number): string =>
      Array.from(data.slice(i * columns, (i + 1) * columns), (x) => show(x, 3)).join(", ");
    return `[${Array.from({ length: rows }, (_, i) => row(i)).join("; ")}]`;
  }
  return `${showDims(shape)} [${show(data[0]!, 3)}, …, ${show(data[size - 1]!, 3)}]`;
}
