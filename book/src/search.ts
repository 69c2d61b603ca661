/** 搜索数据：一页一项，每节一条 `[锚, 标题, 文字]`。 */
export interface SearchPage {
  url: string;
  title: string;
  number?: string;
  passages: [id: string, heading: string, text: string][];
}

export interface Hit {
  url: string;
  page: string;
  heading: string;
  /** 片段，`[普通, 命中, 普通, 命中, …]` 交替。 */
  snippet: string[];
  score: number;
}

/** 大小写、全半角、空白不计。 */
export function normalize(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/**
 * 子串搜索：空格隔开的每个词都要出现在同一节里。
 * 一本书的文字不到一兆，逐节扫一遍只要零点几毫秒，不需要分词，也就没有分错词而搜不到的事。
 */
export function search(pages: readonly SearchPage[], query: string, limit = 20): Hit[] {
  const words = normalize(query).split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const hits: Hit[] = [];
  for (const page of pages) {
    const title = normalize(page.title);
    for (const [id, heading, text] of page.passages) {
      const head = normalize(heading);
      const body = normalize(text);
      if (!words.every((word) => head.includes(word) || body.includes(word) || title.includes(word)))
        continue;
      let score = 0;
      for (const word of words) {
        if (head.includes(word)) score += head === word ? 30 : 10;
        if (title.includes(word)) score += 3;
        score += Math.min(count(body, word), 5);
      }
      if (score === 3 * words.length && id !== page.passages[0]?.[0]) continue; // 只有书名命中：整页只列一次
      hits.push({
        url: id === "" ? page.url : `${page.url}#${encodeURIComponent(id)}`,
        page: page.number ? `${page.number} ${page.title}` : page.title,
        heading,
        snippet: snippet(text, words),
        score,
      });
    }
  }
  return hits.sort((a, b) => b.score - a.score).slice(0, limit);
}

function count(text: string, word: string): number {
  let total = 0;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) total++;
  return total;
}

/** 第一处命中前后各几十个字，命中的词分开放。 */
function snippet(text: string, words: string[], radius = 36): string[] {
  // NFKC 可能改变长度；长度不同就退回只换大小写，保证位置对得上。
  const normalized = normalize(text);
  const plain = normalized.length === text.length ? normalized : text.toLowerCase();
  const positions = words.map((word) => plain.indexOf(word)).filter((position) => position >= 0);
  const first = positions.length > 0 ? Math.min(...positions) : 0;
  const start = Math.max(0, first - radius);
  const end = Math.min(text.length, first + radius * 2);
  const parts: string[] = [];
  let from = start;
  let pending = start > 0 ? "…" : "";
  for (let at = start; at < end; ) {
    const word = words.find((candidate) => plain.startsWith(candidate, at));
    if (!word) {
      at++;
      continue;
    }
    parts.push(pending + text.slice(from, at), text.slice(at, at + word.length));
    pending = "";
    at += word.length;
    from = at;
  }
  parts.push(pending + text.slice(from, end) + (end < text.length ? "…" : ""));
  return parts.map((part) => part.replace(/\s+/g, " "));
}
