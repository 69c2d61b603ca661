import { formatNumber } from "../table/grid.js";
import { count, escapeHtml } from "../text.js";
import { heatMap, legend, type Numbers, type Slice, scaleOf, shrinks } from "./heat-map.js";
import { type Stats, statsOf, statsText } from "./stats.js";

/** 一个数的数组要怎么显示：张量与类型化数组共用。 */
export interface ArrayView {
  /** 标题，例如 Tensor float64[2, 3]。 */
  title: string;
  shape: readonly number[];
  /** 行优先。没有数值时是 null，note 说明原因。 */
  data: Numbers | null;
  note?: string;
  /** 数值的文字，折在图下面。 */
  text?: string;
  /** 写一个数的办法，例如一组数共同的小数位数；默认六位有效数字。 */
  format?: (v: number) => string;
  /** 布尔值没有最小、最大、均值可说。 */
  bool?: boolean;
}

/** 行列都不超过这个数时写出每个数。 */
const TABLE = 12;
/** 三维以上最多画几片。 */
const SLICES = 6;
const MONO = "var(--jp-code-font-family,var(--mono,ui-monospace,Menlo,Consolas,monospace))";

/** 标题、概况与图：小矩阵写数，大矩阵画色块，向量是一条，三维以上一片一片。 */
export function arrayHtml(view: ArrayView): string {
  const { data, shape } = view;
  const size = shape.reduce((p, n) => p * n, 1);
  const head = `<div style="font:12px ${MONO};opacity:.75">${escapeHtml(view.title)}</div>`;
  if (!data) return frame(`${head}<div style="font-size:13px">${escapeHtml(view.note ?? "")}</div>`);
  if (size === 0 || shape.length === 0) return frame(head + values(view.text ?? "", true));
  const stats = statsOf(data, size);
  const line = size > 1 && !view.bool ? statsText(stats) : "";
  const summary = line === "" ? "" : quiet(line);
  const rows = shape.length === 1 ? 1 : shape.at(-2)!;
  const cols = shape.at(-1)!;
  const small = rows <= TABLE && cols <= TABLE;
  const scale = scaleOf(stats);
  const drawn = slices(shape, rows, cols);
  const width = drawn.length > 1 ? 160 : 320;
  const pieces = drawn.map(({ name, slice }) => {
    const picture = small
      ? numberTable(data, slice, stats, view.format ?? formatNumber)
      : heatMap(data, slice, scale, width, `${view.title} ${name} ${statsText(stats)}`.trim());
    if (name === "") return picture;
    return `<div style="display:inline-block;margin:4px 12px 4px 0;vertical-align:top"><div style="font:12px ${MONO};opacity:.75">${name}</div>${picture}</div>`;
  });
  const total = size / (rows * cols);
  const more = total > SLICES ? quiet(`还有 ${count(total - SLICES)} 片没有画`) : "";
  const bar = small ? "" : legend(scale);
  const mean = !small && shrinks({ offset: 0, rows, cols }) ? quiet("每格是一块的平均") : "";
  const text = small && shape.length <= 2 ? "" : values(view.text ?? "", false);
  return frame(head + summary + pieces.join("") + bar + mean + more + text);
}

function frame(inner: string): string {
  return `<div style="text-align:left;overflow-x:auto">${inner}</div>`;
}

function quiet(text: string): string {
  return `<div style="font-size:12px;opacity:.75">${escapeHtml(text)}</div>`;
}

function values(text: string, open: boolean): string {
  if (text === "") return "";
  const pre = `<pre style="margin:4px 0;font:13px/1.45 ${MONO};white-space:pre;overflow-x:auto;background:none">${escapeHtml(text)}</pre>`;
  if (open) return pre;
  return `<details><summary style="cursor:pointer;font-size:12px;opacity:.75">数值</summary>${pre}</details>`;
}

/** 最后两维是一片；前面的维逐个下标。 */
function slices(shape: readonly number[], rows: number, cols: number): { name: string; slice: Slice }[] {
  const lead = shape.slice(0, -2);
  const total = lead.reduce((p, n) => p * n, 1);
  if (lead.length === 0 || shape.length === 1) return [{ name: "", slice: { offset: 0, rows, cols } }];
  return Array.from({ length: Math.min(total, SLICES) }, (_, k) => {
    const index: number[] = [];
    for (let rest = k, axis = lead.length - 1; axis >= 0; axis--) {
      index.unshift(rest % lead[axis]!);
      rest = Math.floor(rest / lead[axis]!);
    }
    return { name: `[${index.join(", ")}, :, :]`, slice: { offset: k * rows * cols, rows, cols } };
  });
}

/** 每个数一格，底色按大小：红为正，蓝为负；半透明，深浅色的页面里都看得清字。 */
function numberTable(
  data: Numbers,
  { offset, rows, cols }: Slice,
  stats: Stats,
  show: (v: number) => string,
): string {
  const scale = Math.max(Math.abs(stats.min), Math.abs(stats.max));
  const cell = (v: number) =>
    `<td style="padding:2px 8px;text-align:right;font:13px ${MONO};background:${tint(v, scale)}">${escapeHtml(show(v))}</td>`;
  const lines = Array.from({ length: rows }, (_, i) => {
    const row = Array.from({ length: cols }, (_, j) => cell(Number(data[offset + i * cols + j])));
    return `<tr style="background:none">${row.join("")}</tr>`;
  });
  return `<table style="border-collapse:collapse;margin:4px 0;width:auto;display:table"><tbody>${lines.join("")}</tbody></table>`;
}

function tint(v: number, scale: number): string {
  if (!Number.isFinite(v)) return "rgba(230,0,200,.45)";
  const alpha = scale === 0 ? 0 : (0.6 * Math.abs(v)) / scale;
  return `rgba(${v >= 0 ? "220,60,40" : "40,100,220"},${alpha.toFixed(3)})`;
}

/** 类型化数组的显示。 */
export function typedHtml(name: string, data: Numbers, text: string): string {
  const title = `${name}(${count(data.length)})`;
  return arrayHtml({ title, shape: [data.length], data, text });
}
