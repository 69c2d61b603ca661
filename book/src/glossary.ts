import { readFile } from "node:fs/promises";
import { BookError } from "./errors.js";

/** 术语表里的一条。 */
export interface Term {
  term: string;
  /** 同义写法，正文里出现也算。 */
  also?: string[];
  en: string;
  /** TeX，带美元号。 */
  symbol?: string;
  meaning: string;
  /** 首次讲它的章。 */
  chapter: string;
  /** 恰好含有这个词、意思却不同的说法，例如“一次梯度”里没有“次梯度”。 */
  exclude?: string[];
  /** 日常也用的词，不要求先讲后用。 */
  everyday?: boolean;
}

/** 在文字里找术语；长的写法优先，西文要求词边界。 */
export interface TermFinder {
  find(text: string): { term: Term; index: number; text: string }[];
}

export function termFinder(terms: readonly Term[]): TermFinder {
  const forms = new Map<string, Term | null>();
  for (const term of terms) {
    for (const form of [term.term, ...(term.also ?? [])]) forms.set(form, term);
    for (const form of term.exclude ?? []) forms.set(form, null);
  }
  const pattern = [...forms.keys()]
    .sort((a, b) => b.length - a.length)
    .map((form) => {
      const escaped = form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const before = /^[A-Za-z]/.test(form) ? "(?<![A-Za-z0-9])" : "";
      const after = /[A-Za-z]$/.test(form) ? "(?![A-Za-z0-9])" : "";
      return before + escaped + after;
    })
    .join("|");
  return {
    find(text) {
      if (pattern === "") return [];
      return [...text.matchAll(new RegExp(pattern, "g"))].flatMap((match) => {
        const term = forms.get(match[0]);
        return term ? [{ term, index: match.index, text: match[0] }] : [];
      });
    },
  };
}

const required = ["term", "en", "meaning", "chapter"] as const;

/** @throws {BookError} `TIDU-BOOK-004`：不是 JSON、缺字段、或一个写法属于两条。 */
export function parseGlossary(text: string, file: string): Term[] {
  const fail = (why: string, cause?: unknown): never => {
    throw new BookError("TIDU-BOOK-004", `术语表 ${file} 读不出来：${why}`, { cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    fail(`不是合法的 JSON（${(error as Error).message}）`, error);
  }
  const terms = (value as { terms?: Term[] } | null)?.terms;
  if (!Array.isArray(terms)) fail("最外层应是 { version: 1, terms: […] }");
  const seen = new Set<string>();
  terms!.forEach((term, index) => {
    const name = `第 ${index + 1} 条（${String(term?.term)}）`;
    for (const key of required) if (typeof term?.[key] !== "string" || !term[key]) fail(`${name}缺 ${key}`);
    for (const form of [term.term, ...(term.also ?? [])]) {
      if (seen.has(form)) fail(`${name}的写法「${form}」已经在前面出现过`);
      seen.add(form);
    }
  });
  return terms!;
}

/** 读术语表；没有这个文件时是空表。 */
export async function readGlossary(path: string): Promise<Term[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch {
    return [];
  }
  return parseGlossary(text, path);
}
