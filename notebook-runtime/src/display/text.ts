/** 文字 → HTML 里的文字；引号也转义，所以放在属性里同样安全。 */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => ESCAPES[c] ?? c);
}

const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;

/** 等宽字体里占几格：全角字符占两格。 */
export function textWidth(text: string): number {
  let total = 0;
  for (const char of text) total += WIDE.test(char) ? 2 : 1;
  return total;
}

/** 不超过 length 个字符，超过就以省略号结尾；不会切开一个表情。 */
export function shorten(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1);
  return `${/[\ud800-\udbff]$/.test(kept) ? kept.slice(0, -1) : kept}…`;
}

/** 12345 → 12 345：大的计数好读。 */
export function count(n: number): string {
  return String(n).replace(/\B(?=(?:\d{3})+$)/g, "\u2009");
}

/** 抛出的任何东西 → 一行说明，自己不会再抛。 */
export function reason(thrown: unknown): string {
  try {
    if (thrown instanceof Error) return `${thrown.name}: ${thrown.message}`;
    return String(thrown);
  } catch {
    return "抛出的值不能转成文字";
  }
}
