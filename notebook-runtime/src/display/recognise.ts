import { type Bundle, plain } from "./bundle.js";
import { base64, imageType } from "./bytes.js";
import { describeFigure, PLOTLY } from "./figure.js";
import { dataUrl, rgbaPng } from "./media/png.js";
import { isTyped, kindOf, typedLength } from "./value/kind.js";
import { isList, isObject, isProxy, property } from "./value/read.js";

/**
 * 不必声明也认得出的值 → 束：Plotly 图 {data, layout}、带 $schema 的 Vega 与 Vega-Lite、
 * 图片文件的字节、ImageData 样的像素。都只看数据属性，不调用值的代码。
 */
export function recognise(value: object): Bundle | null {
  const kind = kindOf(value);
  if (kind === "typed") return imageBytes(value);
  if (kind !== "object") return null;
  return figure(value) ?? vega(value) ?? pixels(value);
}

function read(value: object, key: string): unknown {
  return property(value, key).value;
}

const POINTS = ["x", "y", "z", "r", "values", "labels", "lat", "lon", "cells", "node"];

/** data 是轨迹的数组（有 type 或坐标），layout 是对象。 */
function figure(value: object): Bundle | null {
  const [data, layout] = [read(value, "data"), read(value, "layout")];
  if (!isList(data) || data.length === 0 || !isObject(layout) || isProxy(layout)) return null;
  const isTrace = (item: unknown): boolean =>
    isObject(item) &&
    !isProxy(item) &&
    kindOf(item) === "object" &&
    (typeof read(item, "type") === "string" || POINTS.some((key) => isObject(read(item, key))));
  if (!data.every(isTrace)) return null;
  return attempt(() => {
    const traces = plain(data) as Record<string, unknown>[];
    const config = read(value, "config");
    const content = {
      data: traces,
      layout: plain(layout),
      ...(isObject(config) ? { config: plain(config) } : {}),
    };
    return { [PLOTLY]: content, "text/plain": describeFigure(traces, layout as Record<string, unknown>) };
  });
}

function vega(value: object): Bundle | null {
  const schema = read(value, "$schema");
  const found = typeof schema === "string" && /\/schema\/(vega(?:-lite)?)\/v(\d+)/.exec(schema);
  if (!found) return null;
  const name = found[1] === "vega" ? "vega" : "vegalite";
  return attempt(() => ({
    [`application/vnd.${name}.v${found[2]}+json`]: plain(value),
    "text/plain": `[${found[1] === "vega" ? "Vega" : "Vega-Lite"} 图]`,
  }));
}

/** 单独的字节：开头是图片的特征，JPEG 还要求结尾也对。 */
function imageBytes(value: object): Bundle | null {
  if (!isTyped(value) || !(value instanceof Uint8Array) || typedLength(value) < 16) return null;
  const type = imageType(value);
  if (!type || (type === "image/jpeg" && value.at(-1) !== 0xd9)) return null;
  const text = `[图：${type.slice(6).toUpperCase()}，${value.length} 字节]`;
  if (type === "image/webp")
    return {
      "text/html": `<img alt="图" src="data:image/webp;base64,${base64(value)}" style="max-width:100%">`,
      "text/plain": text,
    };
  return { [type]: base64(value), "text/plain": text };
}

/** {data, width, height}，data 恰好每个像素四个字节。 */
function pixels(value: object): Bundle | null {
  const [data, width, height] = [read(value, "data"), read(value, "width"), read(value, "height")];
  if (!isObject(data) || isProxy(data) || !isTyped(data)) return null;
  if (!(data instanceof Uint8ClampedArray || data instanceof Uint8Array)) return null;
  if (typeof width !== "number" || typeof height !== "number" || !(width > 0 && height > 0)) return null;
  if (data.length !== width * height * 4 || data.length > 64e6) return null;
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  const scale = Math.max(1, Math.min(16, Math.floor(128 / Math.max(width, height))));
  const style = `image-rendering:${scale > 1 ? "pixelated" : "auto"};width:${width * scale}px;max-width:100%`;
  return {
    "text/html": `<img alt="${width}×${height} 像素" style="${style}" src="${dataUrl(rgbaPng(bytes, width, height))}">`,
    "text/plain": `[图：${width}×${height} 像素]`,
  };
}

/** 有循环等写不成 JSON 的，就不当作图。 */
function attempt(make: () => Bundle): Bundle | null {
  try {
    return make();
  } catch {
    return null;
  }
}
