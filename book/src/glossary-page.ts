import type { Term } from "./glossary.js";
import type { Markdown } from "./markdown.js";
import type { PageEnv } from "./page-env.js";
import { termId } from "./terms.js";
import { escapeHtml } from "./text.js";

/** 脚本里的说明卡用的数据：锚 → 卡片的 HTML。 */
export function termCards(
  terms: readonly Term[],
  markdown: Markdown,
  env: PageEnv,
  chapterUrl: (number: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    terms.map((term) => {
      const symbol = term.symbol
        ? `<span class="term-symbol">${markdown.inline(term.symbol, env)}</span>`
        : "";
      const url = chapterUrl(term.chapter);
      const chapter = url ? `<a href="${url}">见 ${term.chapter}</a>` : "";
      return [
        termId(term),
        `<span class="term-head"><b>${escapeHtml(term.term)}</b><i lang="en">${escapeHtml(term.en)}</i></span>${symbol}<span class="term-meaning">${escapeHtml(term.meaning)}</span>${chapter}`,
      ];
    }),
  );
}

/** 术语表一页。 */
export function renderGlossary(
  terms: readonly Term[],
  markdown: Markdown,
  env: PageEnv,
  chapterUrl: (number: string) => string | undefined,
): string {
  const sorted = [...terms].sort((a, b) => a.term.localeCompare(b.term, "zh-CN"));
  const items = sorted.map((term) => {
    const url = chapterUrl(term.chapter);
    const where = url ? `<a href="${url}">${term.chapter}</a>` : term.chapter;
    const also = term.also?.length
      ? `<span class="also">也写作 ${term.also.map(escapeHtml).join("、")}</span>`
      : "";
    const symbol = term.symbol ? `<span class="term-symbol">${markdown.inline(term.symbol, env)}</span>` : "";
    return `<div id="${termId(term)}"><dt>${escapeHtml(term.term)}<i lang="en">${escapeHtml(term.en)}</i>${symbol}</dt><dd>${escapeHtml(term.meaning)} ${also}<span class="where">首见第 ${where} 章</span></dd></div>`;
  });
  return `<article class="prose"><h1>术语表</h1><p>共 ${terms.length} 条，按拼音排列。正文里带点线的词就是这里的词。</p><dl class="glossary">${items.join("\n")}</dl></article>`;
}
