import { showShape } from "../shape.js";
import { columnFormat, type Printable, scalarText, valuesText } from "./format.js";

/** 行列都不超过这个数时画成有数的表格，否则画成色块图。 */
const tableLimit = 12;
const mapLimit = 64;

/** 张量的 HTML：标题行加表格（小矩阵）、色块图（大矩阵）或文本（三维以上）。样式全部内联，深浅色都能看。 */
export function tensorHtml(x: Printable): string {
  const title = `<div style="font:12px monospace;opacity:.7">Tensor ${x.dtype}${showShape(x.shape)} · ${escapeHtml(x.device)}</div>`;
  return `<div>${title}${body(x)}</div>`;
}

function body(x: Printable): string {
  const { data, shape } = x;
  if (!data) return `<div style="font-size:13px">${escapeHtml(x.note)}</div>`;
  const size = shape.reduce((p, n) => p * n, 1);
  if (size === 0 || shape.length > 2) return pre(valuesText(x));
  if (shape.length === 0) return pre(scalarText(data[0]!, x.dtype));
  const rows = shape.length === 1 ? 1 : shape[0]!;
  const cols = shape.at(-1)!;
  return rows <= tableLimit && cols <= tableLimit ? table(x, data, rows, cols) : heatMap(data, rows, cols);
}

function pre(text: string): string {
  return `<pre style="margin:4px 0">${escapeHtml(text)}</pre>`;
}

function table(x: Printable, data: ArrayLike<number>, rows: number, cols: number): string {
  const values = Array.from(data);
  const show = columnFormat(values, x.dtype);
  const scale = largest(values);
  let html = "";
  for (let i = 0; i < rows; i++) {
    html += "<tr>";
    for (let j = 0; j < cols; j++) {
      const v = values[i * cols + j]!;
      html += `<td style="padding:2px 8px;text-align:right;font:13px monospace;background:${tint(v, scale)}">${escapeHtml(show(v).trim())}</td>`;
    }
    html += "</tr>";
  }
  return `<table style="border-collapse:collapse;margin:4px 0">${html}</table>`;
}

/** 每格取一块的平均；红为正，蓝为负，深浅按绝对值。 */
function heatMap(data: ArrayLike<number>, rows: number, cols: number): string {
  const h = Math.min(rows, mapLimit);
  const w = Math.min(cols, mapLimit);
  const means: number[] = [];
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) means.push(blockMean(data, rows, cols, [i, h], [j, w]));
  }
  const scale = largest(means);
  const cell = Math.max(3, Math.min(16, Math.floor(384 / Math.max(h, w))));
  const rects = means.map(
    (v, k) =>
      `<rect x="${(k % w) * cell}" y="${Math.floor(k / w) * cell}" width="${cell}" height="${cell}" fill="${tint(v, scale)}"/>`,
  );
  const values = Array.from(data);
  const low = values.reduce((m, v) => Math.min(m, v), Infinity);
  const high = values.reduce((m, v) => Math.max(m, v), -Infinity);
  const caption = `最小 ${low.toPrecision(4)}，最大 ${high.toPrecision(4)}${h < rows || w < cols ? "；每格是一块的平均" : ""}`;
  return (
    `<svg width="${w * cell}" height="${h * cell}" role="img" aria-label="${caption}" style="margin:4px 0;outline:1px solid #8884">${rects.join("")}</svg>` +
    `<div style="font-size:12px;opacity:.7">${caption}</div>`
  );
}

function blockMean(
  data: ArrayLike<number>,
  rows: number,
  cols: number,
  [i, h]: [number, number],
  [j, w]: [number, number],
): number {
  let sum = 0;
  let count = 0;
  for (let r = Math.floor((i * rows) / h); r < Math.floor(((i + 1) * rows) / h); r++) {
    for (let c = Math.floor((j * cols) / w); c < Math.floor(((j + 1) * cols) / w); c++) {
      sum += data[r * cols + c]!;
      count++;
    }
  }
  return sum / count;
}

function largest(values: readonly number[]): number {
  return values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0);
}

function tint(v: number, scale: number): string {
  if (!Number.isFinite(v)) return "rgba(128,128,128,.5)";
  const alpha = scale === 0 ? 0 : (0.75 * Math.abs(v)) / scale;
  return v >= 0 ? `rgba(220,60,40,${alpha.toFixed(3)})` : `rgba(40,100,220,${alpha.toFixed(3)})`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]!);
}
