import type { Bundle } from "./bundle.js";
import { count, escapeHtml, shorten } from "./text.js";

/** 一个值的文字最多多少个字符。 */
export const TEXT_LIMIT = 100_000;
/** 值自己给的内容（图、网页、图表数据）宽得多。 */
export const RICH_LIMIT = 20_000_000;

/** 太长的文字截断，并说明总长与怎样看到其余的。 */
export function capText(text: string, limit = TEXT_LIMIT): string {
  if (text.length <= limit) return text;
  return `${shorten(text, limit)}\n${note(text.length, limit)}`;
}

function note(size: number, limit: number): string {
  return `（共 ${count(size)} 个字符，只显示前 ${count(limit)} 个；display(值, { limit: Infinity }) 显示全部）`;
}

/** 束里太长的内容：文字截断；别的截断了就不能用，换成说明。 */
export function capBundle(bundle: Bundle, limit?: number): Bundle {
  const out: Bundle = {};
  const dropped: string[] = [];
  for (const [type, content] of Object.entries(bundle)) {
    if (type === "text/plain") continue;
    const size = sizeOf(content);
    if (size <= Math.max(limit ?? 0, RICH_LIMIT)) out[type] = content;
    else dropped.push(`${type} 有 ${count(size)} 个字符，太大，没有显示`);
  }
  if (bundle["text/plain"] !== undefined) out["text/plain"] = capText(String(bundle["text/plain"]), limit);
  if (dropped.length > 0) {
    const text = `（${dropped.join("；")}；display(值, { limit: Infinity }) 显示全部）`;
    out["text/html"] ??= `<div>${escapeHtml(text)}</div>`;
    out["text/plain"] = [out["text/plain"], text].filter((part) => part !== undefined).join("\n");
  }
  return out;
}

/** 内容大约有多少个字符；不真的变成 JSON，大的数组也很快。 */
export function sizeOf(content: unknown): number {
  if (typeof content === "string") return content.length;
  if (typeof content !== "object" || content === null) return 8;
  if (Array.isArray(content)) {
    if (content.length > 100 && typeof content[0] === "number") return content.length * 10;
    return content.reduce((sum: number, item) => sum + sizeOf(item) + 1, 2);
  }
  return Object.entries(content).reduce((sum, [key, item]) => sum + key.length + sizeOf(item) + 4, 2);
}
