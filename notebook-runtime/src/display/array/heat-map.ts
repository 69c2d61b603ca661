import { dataUrl, indexedPng } from "../media/png.js";
import { escapeHtml } from "../text.js";
import { diverging, LEVELS, NAN_INDEX, type Rgb, sequential } from "./palette.js";
import { type Stats, short } from "./stats.js";

/** 图的每一边最多这么多格；更大的矩阵每格是一块的平均。 */
const CELLS = 96;
/** 一维的条更长。 */
const STRIP = 384;

export type Numbers = ArrayLike<number | bigint>;

/** 一片矩阵在数据里的位置。 */
export interface Slice {
  offset: number;
  rows: number;
  cols: number;
}

/** 一组片共用的刻度：有正有负时以 0 为中心。 */
export interface Scale {
  bottom: number;
  top: number;
  colours: readonly Rgb[];
}

export function scaleOf({ min, max }: Stats): Scale {
  if (!(min < 0 && max > 0)) return { bottom: min, top: max, colours: sequential };
  const top = Math.max(-min, max);
  return { bottom: -top, top, colours: diverging };
}

/** 这一片有没有缩小：缩小了就要说明每格是一块的平均。 */
export function shrinks({ rows, cols }: Slice): boolean {
  return rows > CELLS || cols > (rows === 1 ? STRIP : CELLS);
}

/** 矩阵 → 色块图，最大 size 像素。含 NaN 的块整块标成洋红，不会被平均掉。 */
export function heatMap(data: Numbers, slice: Slice, scale: Scale, size: number, alt: string): string {
  const { rows, cols } = slice;
  const { bottom, top } = scale;
  const strip = rows === 1;
  const h = Math.min(rows, CELLS);
  const w = Math.min(cols, strip ? STRIP : CELLS);
  const pixels = new Uint8Array(w * h);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < w; j++) {
      const v = blockMean(data, slice, [i, h], [j, w]);
      // 先各除以二：跨度可能超出浮点数的范围。
      const t = top === bottom ? 0.5 : (v / 2 - bottom / 2) / (top / 2 - bottom / 2);
      pixels[i * w + j] = Number.isNaN(v)
        ? NAN_INDEX
        : Math.round((LEVELS - 1) * Math.min(1, Math.max(0, t)));
    }
  }
  const png = indexedPng(pixels, w, h, scale.colours);
  if (strip) return img(png, alt, `width:${Math.min(480, w * 16)}px;height:24px`);
  const cell = Math.max(1, Math.min(16, Math.floor(size / Math.max(h, w))));
  return img(png, alt, `width:${w * cell}px;height:auto;aspect-ratio:${w}/${h}`);
}

/** 色条：颜色从哪里到哪里。 */
export function legend({ bottom, top, colours }: Scale): string {
  if (!(bottom < top)) return "";
  const bar = indexedPng(
    Uint8Array.from({ length: LEVELS }, (_, i) => i),
    LEVELS,
    1,
    colours,
  );
  const number = (v: number) => `<span style="opacity:.75">${escapeHtml(short(v))}</span>`;
  return `<div style="font-size:12px">${number(bottom)} ${img(bar, "色条", "width:96px;height:8px")} ${number(top)}</div>`;
}

function img(png: Uint8Array, alt: string, size: string): string {
  const style = `image-rendering:pixelated;${size};max-width:100%;display:inline-block;margin:2px 0;vertical-align:middle;outline:1px solid #8884`;
  return `<img alt="${escapeHtml(alt)}" style="${style}" src="${dataUrl(png)}">`;
}

/** 第 i/h 行、第 j/w 列那一块的平均；有 NaN 就是 NaN，无穷大算作两端。 */
function blockMean(
  data: Numbers,
  { offset, rows, cols }: Slice,
  [i, h]: [number, number],
  [j, w]: [number, number],
): number {
  const [top, bottom] = [Math.floor((i * rows) / h), Math.floor(((i + 1) * rows) / h)];
  const [left, right] = [Math.floor((j * cols) / w), Math.floor(((j + 1) * cols) / w)];
  const n = (bottom - top) * (right - left);
  let mean = 0;
  for (let r = top; r < bottom; r++) {
    for (let c = left; c < right; c++) mean += Number(data[offset + r * cols + c]) / n;
  }
  return mean;
}
