import type { Token } from "./tokens.js";

/** 一枚指纹：连续 GRAM 个记号的散列，和它们在原文里的范围。 */
export interface Fingerprint {
  hash: number;
  start: number;
  end: number;
}

/** 一枚指纹盖住几个记号；更短的相同不算数。 */
export const GRAM = 12;
/** 每这么多个相邻的散列里至少留一个：GRAM + WINDOW − 1 个记号以上的相同一定看得见。 */
const WINDOW = 4;

/**
 * 筛选法（Schleimer、Wilkerson、Aiken，2003，Winnowing）：在每个窗口里留最小的散列，一样小时留最右的。
 */
export function fingerprints(tokens: Token[]): Fingerprint[] {
  const hashes: number[] = [];
  for (let i = 0; i + GRAM <= tokens.length; i++) {
    let h = 0x811c9dc5;
    for (let j = i; j < i + GRAM; j++) {
      const { text } = tokens[j]!;
      for (let k = 0; k < text.length; k++) h = Math.imul(h ^ text.charCodeAt(k), 0x01000193);
      h = Math.imul(h ^ 0x1f, 0x01000193);
    }
    hashes.push(h >>> 0);
  }
  const chosen: Fingerprint[] = [];
  let last = -1;
  const windows = Math.max(hashes.length === 0 ? 0 : 1, hashes.length - WINDOW + 1);
  for (let i = 0; i < windows; i++) {
    let at = i;
    for (let j = i; j < Math.min(i + WINDOW, hashes.length); j++) if (hashes[j]! <= hashes[at]!) at = j;
    if (at === last) continue;
    last = at;
    chosen.push({ hash: hashes[at]!, start: tokens[at]!.start, end: tokens[at + GRAM - 1]!.end });
  }
  return chosen;
}
