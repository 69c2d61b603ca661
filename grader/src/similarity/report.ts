import { page } from "../report/page.js";
import { escapeHtml } from "../report/verdict.js";
import type { Pair, Similarity } from "./similarity.js";

/** 终端里的雷同报告。 */
export function similarityText(title: string, { works, pairs, clusters }: Similarity): string {
  const lines = [`${title}：比较了 ${works.length} 份，${pairs.length} 对相像，连成 ${clusters.length} 群。`];
  for (const [i, cluster] of clusters.entries())
    lines.push(
      `  第 ${i + 1} 群（${cluster.length} 份）：${cluster.map((x) => works[x]!.student).join("、")}`,
    );
  for (const { a, b, shared, percent } of pairs.slice(0, 50))
    lines.push(
      `  ${String(percent).padStart(3)}%  ${works[a]!.student} ↔ ${works[b]!.student}（${shared} 处指纹）`,
    );
  if (pairs.length > 50) lines.push(`  ……另有 ${pairs.length - 50} 对`);
  lines.push("  相像不等于抄袭：请人看过再下结论。");
  return lines.join("\n");
}

/** 最像的这么多对左右对照；再多一页太大。 */
const SHOWN = 40;

/** 一页雷同报告：群、各对、左右对照，相同的部分标出来。 */
export function similarityPage(sections: [title: string, similarity: Similarity][]): string {
  const body = sections.map(([title, similarity]) => section(title, similarity)).join("\n");
  return page(
    "雷同报告",
    `<style>body{max-width:80rem}.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.8rem}pre{margin:0;overflow-x:auto;font-size:.8rem;line-height:1.5;padding:.6rem;border:1px solid var(--line);border-radius:.4rem;background:var(--card)}mark{background:color-mix(in srgb,var(--unsure) 28%,transparent);color:inherit}</style>
<h1>雷同报告</h1><p>名字、格式、注释、类型都不看；发下去的代码和许多人都有的片段不算。相像不等于抄袭：请人看过再下结论。</p>${body}`,
  );
}

function section(title: string, similarity: Similarity): string {
  const { works, pairs, clusters } = similarity;
  const groups = clusters
    .map((cluster) => `<li>${cluster.map((x) => escapeHtml(works[x]!.student)).join("、")}</li>`)
    .join("");
  const shown = pairs.slice(0, SHOWN).map((pair) => comparison(pair, similarity));
  const rest = pairs.length > SHOWN ? `<p class="soft">另有 ${pairs.length - SHOWN} 对没有列出。</p>` : "";
  return `<h2>${escapeHtml(title)}</h2><p>比较了 ${works.length} 份，${pairs.length} 对相像。</p>${groups === "" ? "" : `<ol>${groups}</ol>`}${shown.join("\n")}${rest}`;
}

function comparison({ a, b, shared, percent }: Pair, { works, marks }: Similarity): string {
  const [left, right] = [marks(a), marks(b)];
  const inRight = new Set(right.map(({ hash }) => hash));
  const inLeft = new Set(left.map(({ hash }) => hash));
  const column = (index: number, ranges: { start: number; end: number }[]) =>
    `<div><p class="soft">${escapeHtml(works[index]!.path)}</p><pre>${highlight(works[index]!.source, ranges)}</pre></div>`;
  return `<details><summary>${percent}%　${escapeHtml(works[a]!.student)} ↔ ${escapeHtml(works[b]!.student)}（${shared} 处）</summary><div class="two">${column(
    a,
    left.filter(({ hash }) => inRight.has(hash)),
  )}${column(
    b,
    right.filter(({ hash }) => inLeft.has(hash)),
  )}</div></details>`;
}

/** 把几段范围并起来标出。 */
function highlight(source: string, ranges: { start: number; end: number }[]): string {
  let html = "";
  let at = 0;
  for (const { start, end } of [...ranges].sort((x, y) => x.start - y.start)) {
    if (end <= at) continue;
    const from = Math.max(at, start);
    html += `${escapeHtml(source.slice(at, from))}<mark>${escapeHtml(source.slice(from, end))}</mark>`;
    at = end;
  }
  return (html + escapeHtml(source.slice(at))).replaceAll("</mark><mark>", "");
}
