import type { Bundle } from "./bundle.js";
import { base64, imageType } from "./bytes.js";
import { dataUrl, rgbaPng } from "./media/png.js";
import type { DisplayOptions } from "./options.js";
import { show } from "./show.js";
import { escapeHtml } from "./text.js";

export interface ImageOptions extends DisplayOptions {
  /** 图的说明；不能显示图的前端、读屏软件用它。 */
  alt?: string;
  /** CSS 像素。 */
  width?: number;
  height?: number;
}

/** 像素：每个四个字节，依次是红、绿、蓝、不透明度；浏览器的 ImageData 就是这样。 */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** 画布：能把自己写成 data: URL。 */
export interface CanvasLike {
  toDataURL(type?: string): string;
}

export type ImageSource = Uint8Array | ArrayBuffer | Blob | Pixels | CanvasLike | string;

/**
 * 显示图片：PNG、JPEG、GIF、WebP 的字节（含 Buffer、ArrayBuffer、Blob），像素 {data, width, height}，
 * 画布，data: URL，或图片地址。
 *
 * @throws TypeError 字节不是认识的图片格式，或像素的个数与宽高不符
 *
 * @example
 * image({ data: Uint8Array.of(255, 0, 0, 255), width: 1, height: 1 }, { alt: "红" });
 * // => text/plain "[图：红]"
 */
export function image(source: ImageSource, options: ImageOptions = {}): void {
  if (typeof Blob === "function" && source instanceof Blob) {
    show(
      source.arrayBuffer().then((buffer) => imageBundle(new Uint8Array(buffer), options)),
      options,
    );
    return;
  }
  show(imageBundle(source as Exclude<ImageSource, Blob>, options), options);
}

function imageBundle(source: Exclude<ImageSource, Blob>, options: ImageOptions): Bundle {
  if (typeof source === "string") return fromUrl(source, options);
  if (source instanceof ArrayBuffer) return fromBytes(new Uint8Array(source), options);
  if (source instanceof Uint8Array) return fromBytes(source, options);
  if ("toDataURL" in source) return fromUrl(source.toDataURL("image/png"), options);
  return fromPixels(source, options);
}

function fromUrl(url: string, options: ImageOptions): Bundle {
  const data = /^data:(image\/(?:png|jpeg|gif));base64,(.*)$/s.exec(url);
  if (data && sized(options) === "") return { [data[1]!]: data[2], "text/plain": caption(options) };
  const html = `<img src="${escapeHtml(url)}" alt="${escapeHtml(options.alt ?? "图")}"${sized(options)}>`;
  return { "text/html": html, "text/plain": caption(options) };
}

function fromBytes(bytes: Uint8Array, options: ImageOptions): Bundle {
  const type = imageType(bytes);
  if (!type)
    throw new TypeError(
      "TIDU-DISPLAY-001：image() 只认 PNG、JPEG、GIF 和 WebP 的字节：请检查数据是不是图片文件的内容。",
    );
  return fromUrl(`data:${type};base64,${base64(bytes)}`, options);
}

function fromPixels({ data, width, height }: Pixels, options: ImageOptions): Bundle {
  if (data.length !== width * height * 4)
    throw new TypeError(
      `TIDU-DISPLAY-004：${width}×${height} 的像素应有 ${width * height * 4} 个字节（每个像素四个），得到 ${data.length} 个。`,
    );
  const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.length);
  return fromUrl(dataUrl(rgbaPng(bytes, width, height)), options);
}

function caption({ alt = "图" }: ImageOptions): string {
  return `[图：${alt}]`;
}

function sized({ width, height }: ImageOptions): string {
  const attribute = (name: string, value?: number) =>
    value === undefined ? "" : ` ${name}="${Number(value)}"`;
  return attribute("width", width) + attribute("height", height);
}
