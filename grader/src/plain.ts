// biome-ignore lint/suspicious/noControlCharactersInRegex: 要去掉的正是控制字符。
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]+/g;

/**
 * 学习者给的文字要进报告：只收字符串，去掉换行与控制字符，
 * 免得用转义序列改写终端，或者另起一行冒充别的题的裁决。
 */
export function plainText(raw: unknown, limit: number): string {
  return typeof raw === "string" ? raw.slice(0, limit).replace(CONTROLS, " ").trim() : "";
}
