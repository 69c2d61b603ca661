import { currentHost } from "./host.js";

export type Bundle = Record<string, unknown>;

const DISPLAY = Symbol.for("Jupyter.display");

/** 把 MIME 束送去显示；束还没算出来（Promise）就等它。 */
export function show(bundle: Bundle | Promise<Bundle>, id?: string, update?: boolean): void {
  const host = currentHost();
  if (bundle instanceof Promise) bundle.then((data) => host.display(data, {}, id, update));
  else host.display(bundle, {}, id, update);
}

/** 值 → MIME 束：自带显示方式的用它的；键全是内容类型的对象本身就是束；其余用文本。 */
export function toBundle(value: unknown): Bundle | Promise<Bundle> {
  const host = currentHost();
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    const method = (value as Record<symbol, unknown>)[DISPLAY];
    if (typeof method === "function") {
      const own: unknown = method.call(value);
      const complete = (data: unknown): Bundle =>
        typeof data === "object" && data !== null ? (data as Bundle) : { "text/plain": host.inspect(value) };
      return own instanceof Promise ? own.then(complete) : complete(own);
    }
    const keys = Object.keys(value);
    if (keys.length > 0 && keys.every((key) => /^[a-z]+\/[\w.+-]+$/i.test(key))) return value as Bundle;
  }
  return { "text/plain": typeof value === "string" ? value : host.inspect(value) };
}

/** JSON 能表示的形式：类型化数组与张量变成普通数组。 */
export function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return Array.from(value as unknown as ArrayLike<number | bigint>, Number);
  }
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { toArray, toJSON } = value as { toArray?: unknown; toJSON?: unknown };
  if (typeof toArray === "function") return plain(toArray.call(value));
  if (typeof toJSON === "function") return plain(toJSON.call(value));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c] ?? c);
}

/** 字节 → base64；分段转换，大图也不会撑爆调用栈。 */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary);
}
