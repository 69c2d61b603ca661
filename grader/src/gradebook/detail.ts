import type { Verdict } from "../judge/judge.js";

/** 裁决写成 JSON 存进数据库；JSON 没有的 NaN 与无穷写成 `{"$": "NaN"}`，读回来一字不差。 */
export function encodeVerdict(verdict: Verdict): string {
  return JSON.stringify(verdict, (_key, value) =>
    typeof value === "number" && !Number.isFinite(value) ? { $: String(value) } : value,
  );
}

export function decodeVerdict(text: string): Verdict {
  return JSON.parse(text, (_key, value) =>
    typeof value === "object" && value !== null && typeof value.$ === "string" ? Number(value.$) : value,
  ) as Verdict;
}
