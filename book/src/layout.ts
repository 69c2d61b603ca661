import type { Heading } from "./page-env.js";
import { escapeHtml } from "./text.js";

/** 侧栏里的一项。 */
export interface NavItem {
  url: string;
  label: string;
  number?: string;
  /** 缩进一级：某一章的练习。 */
  sub?: boolean;
  /** 读完与否按这个名字记。 */
  read?: string;
}

export interface NavGroup {
  title: string;
  items: NavItem[];
}

export interface Page {
  /** 相对站点根的地址，如 `3-architectures/02-losses.html`。 */
  url: string;
  title: string;
  description: string;
  body: string;
  /** 页面的种类，写在 `<body data-page>` 上。 */
  kind: "home" | "chapter" | "exercise" | "article" | "glossary";
  headings?: readonly Heading[];
  /** 进度记录用的名字；只有章与练习有。 */
  progressKey?: string | undefined;
  previous?: NavItem | undefined;
  next?: NavItem | undefined;
  /** 放在 `<main>` 之后的数据与脚本。 */
  tail?: string;
}

/** 从一页到站点根的相对前缀。 */
export function rootPrefix(url: string): string {
  return "../".repeat(url.split("/").length - 1) || "./";
}

const icons = {
  menu: '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 7h16M4 12h16M4 17h16"/></svg>',
  search:
    '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/></svg>',
  theme:
    '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="8"/><path class="half" d="M12 4a8 8 0 0 1 0 16z"/></svg>',
};

/** 一页完整的 HTML。 */
export function renderPage(page: Page, nav: readonly NavGroup[]): string {
  const root = rootPrefix(page.url);
  const title = page.kind === "home" ? "梯度：从链式法则到 GPU" : `${page.title} · 梯度`;
  return `<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${escapeHtml(page.description)}">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${root}assets/katex/katex.min.css">
<link rel="stylesheet" href="${root}assets/book.css">
<script src="${root}assets/boot.js"></script>
<script type="module" src="${root}assets/book.js"></script>
</head>
<body data-page="${page.kind}" data-root="${root}"${page.progressKey ? ` data-progress="${escapeHtml(page.progressKey)}"` : ""}>
<a class="skip" href="#content">跳到正文</a>
<header class="bar">
<button type="button" class="icon" data-action="nav" aria-label="目录" aria-controls="nav" aria-expanded="false">${icons.menu}</button>
<a class="brand" href="${root}index.html"><span class="nabla" aria-hidden="true">∇</span>梯度</a>
<span class="bar-title">${page.kind === "home" ? "" : escapeHtml(page.title)}</span>
<button type="button" class="search-open" data-action="search" aria-keyshortcuts="/">${icons.search}<span>搜索</span><kbd>/</kbd></button>
<button type="button" class="icon" data-action="theme" aria-label="切换亮暗">${icons.theme}</button>
</header>
<div class="frame">
<nav class="nav" id="nav" aria-label="全书目录">${renderNav(page, nav, root)}</nav>
<main id="content" tabindex="-1">
${page.body}
${renderPager(page, root)}
</main>
${renderToc(page)}
</div>
${page.tail ?? ""}
</body>
</html>
`;
}

function renderNav(page: Page, nav: readonly NavGroup[], root: string): string {
  return nav
    .map(({ title, items }) => {
      const list = items
        .map(({ url, label, number, sub, read }) => {
          const current = url === page.url ? ' aria-current="page"' : "";
          const done = read ? ` data-read="${escapeHtml(read)}"` : "";
          const prefix = number ? `<span class="number">${number}</span>` : "";
          return `<li${sub ? ' class="sub"' : ""}><a href="${root}${url}"${current}${done}>${prefix}<span>${escapeHtml(label)}</span></a></li>`;
        })
        .join("");
      return `<section><h2>${escapeHtml(title)}</h2><ul>${list}</ul></section>`;
    })
    .join("");
}

function renderPager({ previous, next }: Page, root: string): string {
  if (!previous && !next) return "";
  const link = (item: NavItem | undefined, rel: "prev" | "next", name: string) =>
    item
      ? `<a rel="${rel}" href="${root}${item.url}"><small>${name}</small><span>${item.number ? `${item.number}　` : ""}${escapeHtml(item.label)}</span></a>`
      : "<span></span>";
  return `<nav class="pager" aria-label="前后页">${link(previous, "prev", "上一篇")}${link(next, "next", "下一篇")}</nav>`;
}

function renderToc({ headings }: Page): string {
  const shown = (headings ?? []).filter(({ level }) => level === 2 || level === 3);
  if (shown.length === 0) return "";
  const items = shown
    .map(({ level, id, html }) => `<li class="level-${level}"><a href="#${id}">${html}</a></li>`)
    .join("");
  return `<aside class="toc" aria-label="本页目录"><h2>本页</h2><ol>${items}</ol></aside>`;
}
