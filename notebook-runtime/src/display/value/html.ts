import { count, escapeHtml } from "../text.js";
import type { Item, Tone } from "./item.js";

/** 颜色掺进当前的文字颜色里：深色浅色的页面里都够清楚。 */
const tint = (colour: string) => `color:color-mix(in srgb,currentColor 45%,${colour})`;

const TONES: Record<Tone, string> = {
  string: tint("#0a7d33"),
  number: tint("#1a5fe0"),
  word: tint("#9a3fd0"),
  symbol: tint("#b06a00"),
  name: tint("#1a7f9c"),
  error: tint("#e02020"),
  quiet: "opacity:.65",
  plain: "",
};

const ROOT =
  "font-family:var(--jp-code-font-family,var(--mono,ui-monospace,Menlo,Consolas,monospace));font-size:13px;line-height:1.55;text-align:left;overflow-x:auto;overflow-wrap:anywhere";
const INNER = "padding-left:1.1em;border-left:1px solid #8883;margin-left:.35em";
const BLOCK =
  "margin:.2em 0;padding:.2em .6em;max-height:24em;overflow:auto;white-space:pre-wrap;font:inherit;border-left:2px solid #8886;background:none";
/** 没有三角的行，与有三角的对齐。 */
const LEAF = "padding-left:1.1em";

/** 根下面的行比这多时，在框里滚动。 */
const TALL = 30;

/** 树 → HTML：details 折叠，不用脚本，样式全部内联；所有文字都转义。 */
export function treeHtml(root: Item, open = true): string {
  return `<div style="${ROOT}">${line(root, open && root.block === undefined)}</div>`;
}

function line(item: Item, open: boolean): string {
  const inner = [
    item.block === undefined ? "" : `<pre style="${BLOCK}">${escapeHtml(item.block)}</pre>`,
    ...(item.items ?? []).map((each) => line(each, false)),
    item.rest === undefined ? "" : `<div style="${LEAF};opacity:.65">还有 ${count(item.rest)} 项</div>`,
  ].join("");
  const head = `${keyHtml(item)}${textHtml(item)}${item.cut ? '<span style="opacity:.65"> ▸ 没有再展开</span>' : ""}`;
  if (inner === "") return `<div style="${LEAF}">${head}</div>`;
  const tall = open && (item.items?.length ?? 0) > TALL ? ";max-height:32em;overflow:auto" : "";
  const body = item.items === undefined ? inner : `<div style="${INNER}${tall}">${inner}</div>`;
  return `<details${open ? " open" : ""}><summary style="cursor:pointer">${head}</summary>${body}</details>`;
}

function keyHtml({ key, internal }: Item): string {
  if (key === undefined || key === "") return "";
  const end = key.endsWith("→") ? " " : ": ";
  return `<span style="${internal ? "opacity:.65" : TONES.name}">${escapeHtml(key)}</span>${end}`;
}

function textHtml({ text, tone }: Item): string {
  const style = TONES[tone];
  return style === "" ? escapeHtml(text) : `<span style="${style}">${escapeHtml(text)}</span>`;
}

/** 树 → 文字；值太大或自己的显示方式出错时，代替 util.inspect。 */
export function treeText(root: Item): string {
  const out: string[] = [];
  const walk = (item: Item, indent: string): void => {
    const key = item.key ? `${item.key}${item.key.endsWith("→") ? " " : ": "}` : "";
    out.push(`${indent}${key}${item.text}`);
    for (const inner of item.items ?? []) walk(inner, `${indent}  `);
    if (item.rest !== undefined) out.push(`${indent}  … 还有 ${count(item.rest)} 项`);
  };
  walk(root, "");
  return out.join("\n");
}
