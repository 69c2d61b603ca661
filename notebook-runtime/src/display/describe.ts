import { numbersOf } from "./array/numbers.js";
import { type ArrayView, arrayHtml, typedHtml } from "./array/view.js";
import { type Bundle, isBundle, normalise } from "./bundle.js";
import { capBundle, capText } from "./cap.js";
import { currentHost } from "./host.js";
import type { ValueOptions } from "./options.js";
import { recognise } from "./recognise.js";
import { recordGrid } from "./table/records.js";
import { gridHtml } from "./table/render.js";
import { escapeHtml, reason } from "./text.js";
import { treeHtml, treeText } from "./value/html.js";
import { isTyped, kindOf, typedLength } from "./value/kind.js";
import { classAccessors, className, findMethod, isObject, isProxy, safeInspect } from "./value/read.js";
import { grow } from "./value/tree.js";
import { isVast } from "./value/vast.js";

/** 值自己提供的显示方式，与 Deno 等内核的约定相同。 */
export const DISPLAY = Symbol.for("Jupyter.display");

/** 调用 Jupyter.display 方法时给的画法：库自己不必会画，别的环境不给也能显示文本。 */
export const tools = {
  /** 数的数组 → HTML：形状、概况与色块图。 */
  array: (view: ArrayView): string => arrayHtml(view),
};

/** 一个值 → MIME 束，总有 text/plain；值的显示方法是异步的，结果就是 Promise。从不抛出值的错误。 */
export function describe(value: unknown, options: ValueOptions = {}): Bundle | Promise<Bundle> {
  if (!isObject(value)) return { "text/plain": capText(safeInspect(value), options.limit) };
  const hook = isProxy(value) ? null : findMethod(value, DISPLAY);
  if (!hook) return ordinary(value, options);
  return attempt(
    () => Reflect.apply(hook, value, [tools]),
    (own) => complete(own, value, options),
    (error) => {
      const note = `Symbol.for("Jupyter.display") 方法出错：${reason(error)}；以下是默认的显示。`;
      return annotate(ordinary(value, options), note);
    },
  );
}

/** 不论同步异步：成功就 done，失败就 failed；中断照样往外抛。 */
function attempt(
  run: () => unknown,
  done: (result: unknown) => Bundle,
  failed: (error: unknown) => Bundle,
): Bundle | Promise<Bundle> {
  const guarded = (error: unknown): Bundle => {
    if (currentHost().isInterrupt?.(error)) throw error;
    return failed(error);
  };
  const finish = (result: unknown): Bundle => {
    try {
      return done(result);
    } catch (error) {
      return guarded(error);
    }
  };
  try {
    const result = run();
    return result instanceof Promise ? result.then(finish, guarded) : finish(result);
  } catch (error) {
    return guarded(error);
  }
}

function complete(own: unknown, value: object, options: ValueOptions): Bundle {
  if (!isObject(own) || Array.isArray(own)) throw new TypeError("应返回一个对象：内容类型 → 内容");
  const bundle = normalise(own as Bundle);
  if (bundle["text/plain"] === undefined) bundle["text/plain"] = safeInspect(value);
  return capBundle(bundle, options.limit);
}

function annotate(bundle: Bundle, note: string): Bundle {
  const html = bundle["text/html"];
  const shown = html ?? `<pre>${escapeHtml(String(bundle["text/plain"]))}</pre>`;
  return {
    ...bundle,
    "text/html": `<div style="border-left:3px solid #d80;padding-left:.6em;margin:.3em 0">${escapeHtml(note)}</div>${shown}`,
    "text/plain": `${note}\n${bundle["text/plain"]}`,
  };
}

/** 没有自己的显示方式的对象：认得出的（图、表、数组）用专门的样子，其余是折叠的树。 */
function ordinary(value: object, options: ValueOptions): Bundle {
  const known = isProxy(value) ? null : recognise(value);
  const text = textOf(value, options);
  if (known) return capBundle({ ...known, "text/plain": known["text/plain"] ?? text }, options.limit);
  const html = htmlOf(value, text, options);
  return html === null ? { "text/plain": text } : { "text/html": html, "text/plain": text };
}

/** util.inspect 把三层以内的都写出来；多到那样会很慢的值，文字也从有界的树来。 */
function textOf(value: object, options: ValueOptions): string {
  const text = isVast(value) ? treeText(grow(value, options)) : safeInspect(value, options.depth);
  return capText(text, options.limit);
}

function htmlOf(value: object, text: string, options: ValueOptions): string | null {
  try {
    if (isProxy(value)) return null;
    const kind = kindOf(value);
    if (kind === "typed" && isTyped(value) && typedLength(value) > 1)
      return typedHtml(className(value) ?? "TypedArray", value as never, text);
    const grid = recordGrid(value, options.items);
    if (grid) return gridHtml(grid);
    if (!worthFolding(value, text)) return null;
    const numbers = kind === "array" ? numbersOf(value as unknown[]) : null;
    if (numbers) return arrayHtml({ title: `Array ${JSON.stringify(numbers.shape)}`, ...numbers, text });
    const tree = grow(value, options);
    return tree.items || tree.block ? treeHtml(tree) : null;
  } catch (error) {
    if (currentHost().isInterrupt?.(error)) throw error;
    return null;
  }
}

/** 文字里没有展开的一层，例如 [Object]、[Point]。 */
const FOLDED = /\[(?!Getter|Setter|Function|Circular|class)[\p{L}_$][\p{L}\p{N}_$]*\]/u;

/** 一行就写完的值，折叠起来反而难看；函数、错误与有访问器的实例总有可展开的。 */
function worthFolding(value: object, text: string): boolean {
  if (text.includes("\n") || text.length > 80 || FOLDED.test(text)) return true;
  const kind = kindOf(value);
  return kind === "function" || kind === "error" || (kind === "object" && classAccessors(value).length > 0);
}

/** display() 的值：字符串原样是文字，键全是内容类型的对象本身就是束，其余与单元格的值相同。 */
export function describeShown(value: unknown, options: ValueOptions = {}): Bundle | Promise<Bundle> {
  if (typeof value === "string") return { "text/plain": capText(value, options.limit) };
  if (isObject(value) && !isProxy(value) && kindOf(value) === "object" && isBundle(value))
    return capBundle(normalise(value), options.limit);
  return describe(value, options);
}
