import { base64, escapeHtml, plain, show, toBundle } from "./bundle.js";
import { currentHost } from "./host.js";

export interface DisplayOptions {
  /** 之后用 updateDisplay(id, …) 改写这处显示。 */
  id?: string;
}

/**
 * 显示一个值。张量、计算图等自带显示方式的值用它们自己的；
 * 键全是内容类型的对象（{"text/html": …}）原样显示；其余显示文本。
 */
export function display(value: unknown, options: DisplayOptions = {}): void {
  if (value !== undefined) show(toBundle(value), options.id);
}

/** 改写 id 相同的那处显示。 */
export function updateDisplay(id: string, value: unknown): void {
  show(toBundle(value), id, true);
}

/** 清空这个单元格已有的输出；wait 为真则等下一个输出到来时再清，画面不闪。 */
export function clearOutput(options: { wait?: boolean } = {}): void {
  currentHost().clear(options.wait ?? false);
}

export function html(source: string, options: DisplayOptions = {}): void {
  const text = source
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  show({ "text/html": source, "text/plain": text }, options.id);
}

export function markdown(source: string, options: DisplayOptions = {}): void {
  show({ "text/markdown": source, "text/plain": source }, options.id);
}

/** 公式；没有写定界符就当作独立成行的公式。 */
export function latex(source: string, options: DisplayOptions = {}): void {
  const delimited = /^\s*(?:\$|\\\[|\\\(|\\begin\{)/.test(source);
  show({ "text/latex": delimited ? source : `$$${source}$$`, "text/plain": source }, options.id);
}

export function svg(source: string, options: DisplayOptions = {}): void {
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(source)?.[1];
  show({ "image/svg+xml": source, "text/plain": title ? `[图：${title}]` : "[SVG 图]" }, options.id);
}

/** 可折叠的 JSON 树（JupyterLab）；值里的类型化数组与张量变成普通数组。 */
export function json(value: unknown, options: DisplayOptions = {}): void {
  const data = plain(value);
  show({ "application/json": data, "text/plain": JSON.stringify(data, null, 2) }, options.id);
}

export interface ImageOptions extends DisplayOptions {
  alt?: string;
  width?: number;
  height?: number;
}

/**
 * 图片：PNG、JPEG、GIF、WebP 的字节，data: URL，或图片地址。
 *
 * @throws TypeError 字节不是认识的图片格式
 */
export function image(source: Uint8Array | string, options: ImageOptions = {}): void {
  const { alt = "图", width, height, id } = options;
  const text = `[图：${alt}]`;
  if (typeof source === "string") {
    const data = /^data:(image\/(?:png|jpeg|gif));base64,(.*)$/s.exec(source);
    if (data && width === undefined && height === undefined)
      show({ [data[1]]: data[2], "text/plain": text }, id);
    else {
      const size = `${width ? ` width="${width}"` : ""}${height ? ` height="${height}"` : ""}`;
      const tag = `<img src="${escapeHtml(source)}" alt="${escapeHtml(alt)}"${size}>`;
      show({ "text/html": tag, "text/plain": text }, id);
    }
    return;
  }
  const mime = imageType(source);
  if (!mime)
    throw new TypeError(
      "TIDU-DISPLAY-001：image() 只认 PNG、JPEG、GIF 和 WebP 的字节：请检查数据是不是图片文件的内容。",
    );
  const encoded = base64(source);
  if (mime === "image/webp" || width !== undefined || height !== undefined) {
    image(`data:${mime};base64,${encoded}`, { ...options, width: width ?? 0, height: height ?? 0 });
  } else show({ [mime]: encoded, "text/plain": text }, id);
}

function imageType(bytes: Uint8Array): string | null {
  const starts = (...head: number[]) => head.every((byte, i) => bytes[i] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return "image/png";
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0x47, 0x49, 0x46, 0x38)) return "image/gif";
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes[8] === 0x57 && bytes[9] === 0x45) return "image/webp";
  return null;
}
