import type { Env } from "markdown-it";
import type { TermFinder } from "./glossary.js";
import type { Label, Labels } from "./labels.js";

export interface Heading {
  level: number;
  id: string;
  html: string;
  text: string;
}

/** 搜索用的一段：一个标题和它下面的文字。 */
export interface Passage {
  id: string;
  heading: string;
  text: string;
}

/** 一页 Markdown 的上下文：各单元格依次渲染时共用。 */
export interface PageEnv extends Env {
  labels: Labels;
  /** 还没用掉的图号，按出现顺序。 */
  figures: Label[];
  headings: Heading[];
  passages: Passage[];
  terms: TermFinder;
  /** 本节里已经标过的术语、本页标过的术语。 */
  sectionTerms: Set<string>;
  pageTerms: Set<string>;
  /** 术语表一页相对本页的地址。 */
  glossaryUrl: string;
  /** 把作者写的地址变成页面里的地址；`undefined` 表示目标还没写。 */
  resolve(href: string, kind: "link" | "image"): string | undefined;
  /** 要内联的图，给出它的 HTML；别的图是 `undefined`，照常用 `<img>`。 */
  picture(src: string): string | undefined;
  /** 别的章里的标签，`href` 形如 `../a/02-b.ipynb#eq:c`。 */
  foreign(href: string): Label | undefined;
  report(id: string, message: string): void;
}
