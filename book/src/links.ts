import type { MarkdownIt, Token } from "markdown-it";
import type { PageEnv } from "./page-env.js";
import { escapeHtml } from "./text.js";

const kinds = { eq: "式", fig: "图" } as const;

function display(kind: "eq" | "fig", number: string): string {
  return kind === "eq" ? `${kinds.eq} (${number})` : `${kinds.fig} ${number}`;
}

/** 一个标签在正文里的说法，如「式 (3.2.1)」；没有这个标签时报问题。 */
export function referenceText(name: string, env: PageEnv): string | undefined {
  const label = env.labels.get(name);
  if (label) return display(label.kind, label.number);
  env.report("TIDU-BOOK-102", `引用了不存在的标签 ${name}；检查拼写，或给那个公式、图加上标签`);
  return undefined;
}

/** 改写链接与图片：标签引用换成号码，`.ipynb` 换成网页，没写的章换成普通文字。 */
export function linkPlugin(md: MarkdownIt): void {
  md.core.ruler.push("links", (state) => {
    const env = state.env as PageEnv;
    for (const block of state.tokens) {
      const children = block.children ?? [];
      for (let index = 0; index < children.length; index++) {
        const token = children[index]!;
        if (token.type === "image") image(token, env);
        if (token.type === "link_open") link(children, index, env, state.Token);
      }
    }
  });
}

function decode(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}

function image(token: Token, env: PageEnv): void {
  const inline = env.picture(String(token.attrGet("src") ?? ""));
  if (inline !== undefined) {
    token.type = "html_inline";
    token.content = inline;
    return;
  }
  const target = env.resolve(String(token.attrGet("src") ?? ""), "image");
  if (target !== undefined) token.attrSet("src", target);
  token.attrSet("loading", "lazy");
}

function link(children: Token[], index: number, env: PageEnv, Type: typeof Token): void {
  const open = children[index]!;
  const close = children.findIndex((token, i) => i > index && token.type === "link_close");
  const href = decode(String(open.attrGet("href") ?? ""));
  const say = (text: string) => {
    const content = new Type("text", "", 0);
    content.content = text;
    open.attrSet("class", "reference");
    children.splice(index + 1, close - index - 1, content);
  };
  if (/^#(eq|fig):/.test(href)) {
    const text = referenceText(href.slice(1), env);
    if (text !== undefined) say(text);
    return;
  }
  if (/^[a-z]+:/i.test(href)) {
    open.attrSet("rel", "noopener");
    open.attrSet("class", "external");
    return;
  }
  const target = env.resolve(href, "link");
  if (target !== undefined) {
    open.attrSet("href", target);
    if (/\.ipynb#(eq|fig):/.test(href)) {
      const label = env.foreign(href);
      if (label) say(display(label.kind, label.number));
      else env.report("TIDU-BOOK-102", `引用了别的章里不存在的标签：${href}`);
    }
    return;
  }
  const start = new Type("html_inline", "", 0);
  start.content = `<span class="planned" title="${escapeHtml("这一章还没有写成")}">`;
  const end = new Type("html_inline", "", 0);
  end.content = "</span>";
  children[index] = start;
  children[close] = end;
}
