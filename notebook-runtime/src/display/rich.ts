import { plain } from "./bundle.js";
import { describeShown } from "./describe.js";
import { currentHost } from "./host.js";
import type { DisplayOptions, ValueOptions } from "./options.js";
import { show } from "./show.js";

/** 显示一个值；undefined 不显示。 */
export function displayValue(value: unknown, options: ValueOptions = {}): void {
  if (value !== undefined) show(describeShown(value, options), options);
}

/**
 * 改写 id 相同的那处显示。
 *
 * @example
 * display("第 1 步", { id: "state" });
 * updateDisplay("state", "第 2 步");
 * // => text/plain "第 2 步"
 */
export function updateDisplay(id: string, value: unknown, options: Omit<ValueOptions, "id"> = {}): void {
  show(describeShown(value, options), { id }, true);
}

/**
 * 清空这个单元格已有的输出；wait 为真则等下一个输出到来时再清，画面不闪。
 *
 * @example
 * display(1);
 * clearOutput({ wait: true });
 * display(2);
 * // => text/plain "2"
 */
export function clearOutput(options: { wait?: boolean } = {}): void {
  currentHost().clear(options.wait ?? false);
}

/** 页面元素一类的东西：自己有 HTML 的写法。 */
export interface HtmlLike {
  readonly outerHTML: string;
}

function sourceOf(source: string | HtmlLike): string {
  return typeof source === "string" ? source : String(source.outerHTML);
}

/**
 * 显示 HTML，原样交给前端，不转义；文本形式去掉标签。
 *
 * @param source HTML，或有 outerHTML 的页面元素
 *
 * @example
 * html("<b>粗</b>体");
 * // => text/html "<b>粗</b>体"
 */
export function html(source: string | HtmlLike, options: DisplayOptions = {}): void {
  const content = sourceOf(source);
  const text = content
    .replace(/<(style|script)[\s\S]*?<\/\1>/gi, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  show({ "text/html": content, "text/plain": text }, options);
}

/**
 * 显示 Markdown，公式写在 $…$ 里。
 *
 * @example
 * markdown("学习率 $\\eta$ 取 **0.1**");
 * // => text/markdown "学习率 $\\eta$ 取 **0.1**"
 */
export function markdown(source: string, options: DisplayOptions = {}): void {
  show({ "text/markdown": source, "text/plain": source }, options);
}

/**
 * 显示公式；没有写定界符就当作独立成行的公式。
 *
 * @example
 * latex("\\nabla f");
 * // => text/latex "$$\\nabla f$$"
 */
export function latex(source: string, options: DisplayOptions = {}): void {
  const delimited = /^\s*(?:\$|\\\[|\\\(|\\begin\{)/.test(source);
  show({ "text/latex": delimited ? source : `$$${source}$$`, "text/plain": source }, options);
}

/**
 * 显示 SVG；文本形式取它的 title。
 *
 * @param source SVG 源码，或有 outerHTML 的 SVG 元素
 *
 * @example
 * svg('<svg xmlns="http://www.w3.org/2000/svg"><title>圆</title><circle r="9"/></svg>');
 * // => text/plain "[图：圆]"
 */
export function svg(source: string | HtmlLike, options: DisplayOptions = {}): void {
  const content = sourceOf(source);
  const title = /<title[^>]*>([^<]*)<\/title>/i.exec(content)?.[1];
  show({ "image/svg+xml": content, "text/plain": title ? `[图：${title}]` : "[SVG 图]" }, options);
}

/**
 * 显示成可折叠的 JSON 树（JupyterLab）；值里的类型化数组与张量变成普通数组。
 *
 * @throws TypeError 值里有循环引用
 *
 * @example
 * json({ w: new Float64Array([1, 2]) });
 * // => application/json { w: [1, 2] }
 */
export function json(value: unknown, options: DisplayOptions = {}): void {
  const data = plain(value);
  show({ "application/json": data, "text/plain": JSON.stringify(data, null, 2) ?? "undefined" }, options);
}

/**
 * 直接给出内容类型：前端认识的任何一种都可以；字节变成 base64。
 *
 * @example
 * raw("text/html", "<i>x</i>");
 * // => text/html "<i>x</i>"
 */
export function raw(type: string, content: unknown, options: DisplayOptions = {}): void {
  show(describeShown({ [type]: content }), options);
}

/**
 * 原样显示一段文字，不加引号。
 *
 * @example
 * text("第一行\n第二行");
 * // => text/plain "第一行\n第二行"
 */
export function text(content: string, options: DisplayOptions = {}): void {
  show(describeShown(String(content)), options);
}
