import { base64 } from "./bytes.js";

/** MIME 束：内容类型 → 内容。 */
export type Bundle = Record<string, unknown>;

const MIME = /^[a-z]+\/[\w.+-]+$/i;

/** 键全是内容类型的对象：本身就是束。 */
export function isBundle(value: object): value is Bundle {
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => MIME.test(key));
}

/**
 * 值自己给的束 → 能原样变成 JSON 的束：字节变 base64，JSON 类的内容变普通数据，其余变文字。
 *
 * @throws TypeError 内容里有循环，或键不是内容类型
 */
export function normalise(bundle: Bundle): Bundle {
  const out: Bundle = {};
  for (const [type, content] of Object.entries(bundle)) {
    if (content === undefined) continue;
    if (!MIME.test(type)) throw new TypeError(`TIDU-DISPLAY-003：“${type}” 不是内容类型，例如 text/html。`);
    out[type] = contentOf(type, content);
  }
  return out;
}

function contentOf(type: string, content: unknown): unknown {
  if (content instanceof Uint8Array) return base64(content);
  if (content instanceof ArrayBuffer) return base64(new Uint8Array(content));
  if (/[/+]json$/i.test(type)) return plain(content);
  if (typeof content === "string") return content;
  if (Array.isArray(content) && content.every((part) => typeof part === "string")) return content.join("");
  return String(content);
}

/**
 * JSON 能表示的形式：类型化数组与张量变成普通数组。
 *
 * @throws TypeError 值里有循环引用
 */
export function plain(value: unknown, up: readonly object[] = []): unknown {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  if (up.includes(value))
    throw new TypeError("TIDU-DISPLAY-002：值里有循环引用，不能写成 JSON：请去掉指回自己的那一项。");
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  }
  const inner = [...up, value];
  if (Array.isArray(value)) return value.map((item) => plain(item, inner));
  const { toArray, toJSON } = value as { toArray?: unknown; toJSON?: unknown };
  if (typeof toArray === "function") return plain(toArray.call(value), inner);
  if (typeof toJSON === "function") return plain(toJSON.call(value), inner);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, inner)]));
}
