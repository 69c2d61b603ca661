import type { MimeBundle } from "../types.js";

/** 值自己提供的显示方式，与 Deno 等内核的约定相同。 */
export const DISPLAY = Symbol.for("Jupyter.display");

/** 有 Symbol.for("Jupyter.display") 方法的值 → 它给的 MIME 束；没有则是 null。 */
export async function ownBundle(
  value: unknown,
  inspect: (value: unknown) => string,
): Promise<MimeBundle | null> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return null;
  const method = (value as Record<symbol, unknown>)[DISPLAY];
  if (typeof method !== "function") return null;
  const bundle: unknown = await method.call(value);
  if (typeof bundle !== "object" || bundle === null || Array.isArray(bundle)) return null;
  return "text/plain" in bundle ? { ...bundle } : { ...bundle, "text/plain": inspect(value) };
}

/** 单元格的值 → MIME 束。 */
export async function resultBundle(value: unknown, inspect: (value: unknown) => string): Promise<MimeBundle> {
  return (await ownBundle(value, inspect)) ?? { "text/plain": inspect(value) };
}
