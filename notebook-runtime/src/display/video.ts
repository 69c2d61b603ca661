import { base64 } from "./bytes.js";
import type { DisplayOptions } from "./options.js";
import { show } from "./show.js";
import { escapeHtml } from "./text.js";

export interface MediaOptions extends DisplayOptions {
  /** 内容类型，默认 video/mp4 或 audio/wav；给地址时由服务器说。 */
  type?: string;
}

/**
 * 显示一段视频：字节，或地址。
 *
 * @example
 * video("https://example.com/descent.mp4");
 * // => text/plain "[视频]"
 */
export function video(source: Uint8Array | string, options: MediaOptions = {}): void {
  media("video", "视频", source, options.type ?? "video/mp4", options);
}

/**
 * 放一段声音：字节，或地址。
 *
 * @example
 * audio("https://example.com/tone.wav");
 * // => text/plain "[声音]"
 */
export function audio(source: Uint8Array | string, options: MediaOptions = {}): void {
  media("audio", "声音", source, options.type ?? "audio/wav", options);
}

function media(
  tag: "video" | "audio",
  name: string,
  source: Uint8Array | string,
  type: string,
  options: DisplayOptions,
): void {
  const url = typeof source === "string" ? source : `data:${type};base64,${base64(source)}`;
  const content = `<${tag} controls src="${escapeHtml(url)}" style="max-width:100%"></${tag}>`;
  show({ "text/html": content, "text/plain": `[${name}]` }, options);
}
