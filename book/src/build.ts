import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { buildAssets } from "./assets.js";
import { emptyEnv, pageUrl, type RenderedChapter, renderChapter } from "./chapter.js";
import { course } from "./course.js";
import { BookError, formatProblem, type Problem } from "./errors.js";
import { readGlossary, termFinder } from "./glossary.js";
import { renderGlossary, termCards } from "./glossary-page.js";
import { createHighlight } from "./highlight.js";
import { type Entry, renderHome } from "./home.js";
import { bundleLab } from "./lab-bundle.js";
import { collectLabels, type Labels } from "./labels.js";
import { type NavGroup, type NavItem, type Page, renderPage, rootPrefix } from "./layout.js";
import { type Loaded, loadNotebooks } from "./load.js";
import { createMarkdown } from "./markdown.js";
import { numberingProblems } from "./number.js";
import type { SearchPage } from "./search.js";
import { readCourse, type Source } from "./source.js";
import { termId } from "./terms.js";
import { scriptJson } from "./text.js";

export interface BuildOptions {
  /** 仓库根目录：其下的 `notebooks/` 与 `exercises/` 是课程。 */
  root: string;
  /** 站点放在哪里；里面不属于站点的旧文件会被删去。 */
  out: string;
  log?: (line: string) => void;
}

export interface BuildResult {
  pages: string[];
  problems: Problem[];
}

/**
 * 生成整个站点。
 *
 * 内容里的问题（断掉的引用、排不出的公式、报错的单元格）不会中断生成，而是列在结果里。
 *
 * @throws {BookError} `TIDU-BOOK-003` 笔记本读不出来，`TIDU-BOOK-004` 术语表读不出来，`TIDU-BOOK-006` 一篇也没有。
 */
export async function buildSite({ root, out, log = () => {} }: BuildOptions): Promise<BuildResult> {
  const problems: Problem[] = [];
  const sources = await readCourse(root);
  if (sources.every(({ kind }) => kind === "article")) {
    throw new BookError(
      "TIDU-BOOK-006",
      `${root} 的 notebooks/ 与 exercises/ 里没有一篇笔记本；先写一章，或检查目录是否给对`,
    );
  }
  const glossary = await readGlossary(join(root, "notebooks", "glossary.json"));
  const bundling = Promise.all([buildAssets(out), bundleLab(out)]);
  const [loading] = await Promise.allSettled([loadNotebooks(sources, root, problems, log), bundling]);
  // 两边都停下了才报错，免得另一边还在往 out 里写；打包的失败在下面 await 时报出。
  if (loading.status === "rejected") throw loading.reason;
  const loaded = loading.value;

  log("排版……");
  const terms = termFinder(glossary);
  const highlight = await createHighlight();
  const markdown = createMarkdown(highlight);
  const files = {
    notebooks: new Set(sources.map(({ file }) => file)),
    exists: (file: string) => existsSync(join(root, file)),
    labels: labelEverything(loaded, problems),
  };
  const rendered = new Map<Source, RenderedChapter>();
  for (const { source, notebook } of loaded) {
    rendered.set(source, renderChapter(source, notebook, { markdown, highlight, terms }, files, problems));
  }

  const entry = (source: Source): Entry => ({
    url: pageUrl(source.file),
    number: source.number,
    title: rendered.get(source)!.title,
    progressKey: progressKey(source),
  });
  const chapters = sources.filter(({ kind }) => kind === "chapter").map(entry);
  const exercises = sources.filter(({ kind }) => kind === "exercise").map(entry);
  const numbered = sources.filter(({ kind }) => kind !== "article");
  const nav = navigation(sources, entry);
  const reading: NavItem[] = numbered.map((source) => navItem(source, entry(source)));
  const chapterUrl = (prefix: string) => (number: string) => {
    const found = chapters.find((chapter) => chapter.number === number);
    return found && prefix + found.url;
  };

  const pages: Page[] = [
    {
      url: "index.html",
      kind: "home",
      title: "梯度",
      description: "一门用 TypeScript 笔记本讲链式法则与梯度的课",
      body: renderHome(chapters, exercises),
    },
  ];
  if (glossary.length > 0) {
    const env = emptyEnv("glossary.html", termFinder([]));
    pages.push({
      url: "glossary.html",
      kind: "glossary",
      title: "术语表",
      description: "全书的术语",
      body: renderGlossary(glossary, markdown, env, chapterUrl("")),
    });
  }
  sources.forEach((source, index) => {
    const chapter = rendered.get(source)!;
    const { url } = entry(source);
    const used = glossary.filter(({ term }) => chapter.terms.has(term));
    const cards = termCards(used, markdown, emptyEnv(url, termFinder([])), chapterUrl(rootPrefix(url)));
    pages.push({
      url,
      kind: source.kind,
      title:
        source.kind === "exercise" ? `练习：${chapter.title.replace(/^练习[：:\s]*/, "")}` : chapter.title,
      description: chapter.description,
      body: chapter.body,
      headings: chapter.headings,
      progressKey: source.kind === "article" ? undefined : progressKey(source),
      ...(source.kind === "article" ? {} : { previous: reading[index - 1], next: reading[index + 1] }),
      tail: `<script type="application/json" id="terms">${scriptJson(cards)}</script>`,
    });
  });

  const written = new Set((await bundling).flat());
  const write = async (path: string, content: string) => {
    written.add(path);
    await mkdir(dirname(join(out, path)), { recursive: true });
    await writeFile(join(out, path), content);
  };
  for (const page of pages) await write(page.url, renderPage(page, nav));
  await write("search.json", JSON.stringify(searchPages(sources, rendered, glossary)));
  for (const file of new Set(sources.flatMap((source) => [source.file, ...rendered.get(source)!.assets]))) {
    written.add(`files/${file}`);
    await mkdir(dirname(join(out, "files", file)), { recursive: true });
    await copyFile(join(root, file), join(out, "files", file));
  }
  await prune(out, out, written);
  problems.sort((a, b) => (a.file === b.file ? (a.cell ?? 0) - (b.cell ?? 0) : a.file < b.file ? -1 : 1));
  for (const problem of problems) log(`注意 ${formatProblem(problem)}`);
  log(
    `站点已生成：${chapters.length} 章，${exercises.length} 份练习${problems.length ? `，${problems.length} 个问题` : ""}`,
  );
  return { pages: pages.map(({ url }) => url), problems };
}

/** 先给全书编好号，章与章才能互相引用。 */
function labelEverything(loaded: readonly Loaded[], problems: Problem[]): Map<string, Labels> {
  const everything = new Map<string, Labels>();
  for (const { source, notebook } of loaded) {
    const cells = notebook.cells.map((cell) => ({ type: cell.cell_type, source: cell.source }));
    const { labels, problems: duplicates } = collectLabels(cells, source.number, source.file);
    problems.push(...duplicates, ...numberingProblems(cells, labels, source.file));
    everything.set(source.file, labels);
  }
  return everything;
}

function progressKey(source: Source): string {
  return `${source.part}/${source.slug}`;
}

function navItem(source: Source, { url, title, number, progressKey: read }: Entry): NavItem {
  return source.kind === "exercise"
    ? { url, label: `练习：${title.replace(/^练习[：:\s]*/, "")}` }
    : { url, label: title, number, read };
}

function navigation(sources: readonly Source[], entry: (source: Source) => Entry): NavGroup[] {
  const chapters = new Set(sources.filter(({ kind }) => kind === "chapter").map(({ number }) => number));
  const groups: NavGroup[] = [{ title: "", items: [{ url: "index.html", label: "首页" }] }];
  for (const part of course) {
    const items = sources
      .filter(({ partNumber }) => partNumber === part.number)
      .map((source): NavItem => {
        const item = navItem(source, entry(source));
        if (source.kind === "chapter") return item;
        return chapters.has(source.number)
          ? { ...item, label: "练习", sub: true }
          : { ...item, number: source.number };
      });
    if (items.length > 0) groups.push({ title: `${part.number}　${part.title}`, items });
  }
  const articles = sources
    .filter(({ kind }) => kind === "article")
    .map((source): NavItem => ({ url: entry(source).url, label: entry(source).title }));
  groups.push({ title: "附录", items: [...articles, { url: "glossary.html", label: "术语表" }] });
  return groups;
}

function searchPages(
  sources: readonly Source[],
  rendered: ReadonlyMap<Source, RenderedChapter>,
  glossary: readonly { term: string; en: string; meaning: string; also?: string[]; chapter: string }[],
): SearchPage[] {
  const pages = sources.map((source): SearchPage => {
    const { title, passages } = rendered.get(source)!;
    return {
      url: pageUrl(source.file),
      title: source.kind === "exercise" ? `练习：${title.replace(/^练习[：:\s]*/, "")}` : title,
      number: source.number,
      passages: passages.map(({ id, heading, text }) => [id, heading, text]),
    };
  });
  const passages = glossary.map((term): [string, string, string] => [
    termId({ ...term }),
    term.term,
    `${term.en} ${(term.also ?? []).join("、")} ${term.meaning}`,
  ]);
  return passages.length > 0 ? [...pages, { url: "glossary.html", title: "术语表", passages }] : pages;
}

/** 删去上一次生成留下、这一次没有的文件。 */
async function prune(directory: string, out: string, written: ReadonlySet<string>): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await prune(path, out, written);
    else if (!written.has(relative(out, path).replaceAll("\\", "/"))) await rm(path);
  }
}
