import { posix } from "node:path";
import type { Notebook } from "@tidu/notebook-runtime";
import { type CellTools, renderCells } from "./cells.js";
import { chapterFile, plannedChapter } from "./course.js";
import { courseMapSvg } from "./course-map.js";
import type { Problem } from "./errors.js";
import type { TermFinder } from "./glossary.js";
import { labLink } from "./lab-link.js";
import type { Labels } from "./labels.js";
import { rootPrefix } from "./layout.js";
import type { Heading, PageEnv, Passage } from "./page-env.js";
import { isPlanned, type Source } from "./source.js";
import { escapeHtml } from "./text.js";

/** 网页地址：`notebooks/3-a/02-x.ipynb` → `3-a/02-x.html`，练习在 `exercises/` 下；`notebooks/README.md` 是 `guide.html`。 */
export function pageUrl(file: string): string {
  return file
    .replace(/^notebooks\//, "")
    .replace(/^README\.md$/, "guide.md")
    .replace(/\.(?:ipynb|md)$/, ".html");
}

export interface SiteFiles {
  /** 书里有的笔记本。 */
  notebooks: ReadonlySet<string>;
  /** 仓库里有没有这个文件（图片、数据）。 */
  exists(file: string): boolean;
  /** 每一篇里的标签。 */
  labels: ReadonlyMap<string, Labels>;
}

export interface RenderedChapter {
  title: string;
  description: string;
  body: string;
  headings: Heading[];
  passages: Passage[];
  terms: Set<string>;
  /** 要一起复制进站点的文件，相对仓库根。 */
  assets: string[];
}

/** 一页空的上下文，术语卡和术语表也用它。 */
export function emptyEnv(url: string, terms: TermFinder): PageEnv {
  return {
    labels: new Map(),
    figures: [],
    headings: [],
    passages: [{ id: "", heading: "", text: "" }],
    terms,
    sectionTerms: new Set(),
    pageTerms: new Set(),
    glossaryUrl: `${rootPrefix(url)}glossary.html`,
    resolve: (href) => href,
    picture: () => undefined,
    foreign: () => undefined,
    report: () => {},
  };
}

/** 渲染一章或一份练习。 */
export function renderChapter(
  source: Source,
  notebook: Notebook,
  tools: CellTools & { terms: TermFinder },
  files: SiteFiles,
  problems: Problem[],
): RenderedChapter {
  const url = pageUrl(source.file);
  const assets = new Set<string>();
  const labels: Labels = files.labels.get(source.file) ?? new Map();
  let cell = 0;
  const report = (id: string, message: string) => problems.push({ id, file: source.file, cell, message });
  const env: PageEnv = {
    ...emptyEnv(url, tools.terms),
    labels,
    figures: [...labels.values()].filter(({ kind }) => kind === "fig"),
    resolve: (href, kind) => resolve(href, kind, source, files, assets, report),
    picture: (src) => {
      if (posix.join(posix.dirname(source.file), src) !== mapFile) return undefined;
      return `<span class="course-map-frame">${courseMap(url, files)}</span>`;
    },
    foreign: (href) => {
      const [path = "", name = ""] = href.split("#");
      return files.labels.get(posix.join(posix.dirname(source.file), path))?.get(name);
    },
    report,
  };
  const cells = renderCells(notebook, env, tools, (number) => {
    cell = number;
  });
  const heading = env.headings.find(({ level }) => level === 1);
  if (!heading)
    problems.push({ id: "TIDU-BOOK-106", file: source.file, message: "第一个单元格应以「# 标题」开头" });
  const title = heading?.text ?? source.slug;
  return {
    title,
    description:
      env.passages
        .find(({ text }) => text.trim() !== "")
        ?.text.trim()
        .slice(0, 120) ?? title,
    body: article(source, cells, url, files),
    headings: env.headings,
    passages: env.passages.filter(({ text, heading: name }) => text.trim() !== "" || name !== ""),
    terms: env.pageTerms,
    assets: [...assets],
  };
}

function article(source: Source, cells: string, url: string, files: SiteFiles): string {
  if (source.kind === "article") return `<article class="prose">\n${cells}\n</article>`;
  const download = `${rootPrefix(url)}files/${source.file}`;
  const label = source.kind === "exercise" ? `练习 ${source.number}` : `第 ${source.number} 章`;
  const head = `<p class="chapter-number">${escapeHtml(label)}</p>`;
  const tools = `<div class="chapter-tools">${counterpart(source, url, files)}${labLink(source.file, download)}</div>`;
  const top = tools + (source.kind === "chapter" ? prerequisites(source, url, files) : "");
  const body = /<\/h1>/.test(cells) ? cells.replace("</h1>", `</h1>\n${top}`) : top + cells;
  return `<article class="prose">\n${head}\n${body}\n</article>`;
}

/** 先修关系图由构建画，写成的章可以点；仓库里的 SVG 文件给 GitHub 与 JupyterLab 看。 */
const mapFile = "notebooks/img/map.svg";

function courseMap(url: string, files: SiteFiles): string {
  const written = (number: string) => files.notebooks.has(chapterFile(number)!);
  return courseMapSvg(written, (number) =>
    written(number) ? rootPrefix(url) + encodeURI(pageUrl(chapterFile(number)!)) : undefined,
  );
}

/** “先读”一行：直接的先修章；还没写成的不列。 */
function prerequisites(source: Source, url: string, files: SiteFiles): string {
  const links = (plannedChapter(source.number)?.requires ?? []).flatMap((number) => {
    const file = chapterFile(number);
    if (!file || !files.notebooks.has(file)) return [];
    const title = escapeHtml(plannedChapter(number)!.title);
    return [`<a href="${rootPrefix(url)}${encodeURI(pageUrl(file))}">${number}　${title}</a>`];
  });
  return links.length > 0 ? `<p class="prerequisites">先读：${links.join("、")}</p>` : "";
}

/** 章与它的练习互相链接。 */
function counterpart(source: Source, url: string, files: SiteFiles): string {
  const [from, to, text] =
    source.kind === "chapter"
      ? ["notebooks/", "exercises/", "做本章练习"]
      : ["exercises/", "notebooks/", "读这一章"];
  const other = to + source.file.slice(from.length);
  return files.notebooks.has(other)
    ? `<a href="${rootPrefix(url)}${encodeURI(pageUrl(other))}">${text}</a>`
    : "";
}

function resolve(
  href: string,
  kind: "link" | "image",
  source: Source,
  files: SiteFiles,
  assets: Set<string>,
  report: (id: string, message: string) => void,
): string | undefined {
  const [path = "", fragment = ""] = href.split(/(?=#)/);
  if (/^(?:[a-z]+:|\/\/)/i.test(href)) return href;
  if (path === "") return href;
  const target = posix.join(posix.dirname(source.file), path);
  const root = rootPrefix(pageUrl(source.file));
  if (/\.(?:ipynb|md)$/.test(path)) {
    if (files.notebooks.has(target)) return `${root}${encodeURI(pageUrl(target))}${fragment}`;
    if (path.endsWith(".ipynb")) {
      if (!isPlanned(target)) report("TIDU-BOOK-104", `链接指向的笔记本不存在：${href}`);
      return undefined;
    }
  }
  if (!files.exists(target)) {
    report("TIDU-BOOK-104", `${kind === "image" ? "图片" : "链接指向的文件"}不存在：${href}`);
    return href;
  }
  assets.add(target);
  return `${root}files/${encodeURI(target)}${fragment}`;
}
