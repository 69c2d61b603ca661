import { currentHost } from "../host.js";
import { count, shorten } from "../text.js";
import type { Item, Tone } from "./item.js";
import { kindOf, mapEntries, setItems, typedLength } from "./kind.js";
import {
  className,
  isObject,
  isProxy,
  ownKeys,
  type Property,
  property,
  safeInspect,
  sourceOf,
  unreadable,
} from "./read.js";

/** 行内的字符串最多这么长，其余折起来。 */
const INLINE = 120;
/** 折起来的长文字最多这么长。 */
const BLOCK = 20_000;
const PREVIEW = 72;

/** 一个值自己的那一行：基本类型的写法，或对象折起时的预览。 */
export function label(value: unknown): Item {
  if (typeof value === "string") return stringLabel(value);
  if (!isObject(value)) return { text: primitive(value), tone: toneOf(value) };
  if (isProxy(value)) return opaque(value, "Proxy ");
  const why = unreadable(value);
  if (why !== null) return { text: `读取时出错：${why}`, tone: "error" };
  switch (kindOf(value)) {
    case "function":
      return functionLabel(value as Function);
    case "error":
      return errorLabel(value);
    case "opaque":
      return opaque(value);
    default:
      return { text: preview(value), tone: "plain" };
  }
}

function toneOf(value: unknown): Tone {
  if (typeof value === "number" || typeof value === "bigint") return "number";
  return typeof value === "symbol" ? "symbol" : "word";
}

function primitive(value: unknown): string {
  if (typeof value === "bigint") return bigText(value);
  if (typeof value === "symbol") return value.toString();
  return Object.is(value, -0) ? "-0" : String(value);
}

/** 几十万位的整数，转成十进制要很久；十六进制是线性的。 */
function bigText(value: bigint): string {
  if (BigInt.asIntN(4096, value) === value) return `${value}n`;
  return shorten(`${value < 0n ? "-" : ""}0x${(value < 0n ? -value : value).toString(16)}n`, INLINE);
}

function stringLabel(value: string): Item {
  const text = JSON.stringify(shorten(value, INLINE));
  if (value.length <= INLINE && !value.includes("\n")) return { text, tone: "string" };
  return { text: `${text}（${count(value.length)} 个字符）`, tone: "string", block: long(value) };
}

export function long(text: string): string {
  if (text.length <= BLOCK) return text;
  return `${shorten(text, BLOCK)}\n（共 ${count(text.length)} 个字符，其余没有显示）`;
}

/** 只有文字的值：日期、正则、Promise、自己带 util.inspect 显示方式的。 */
function opaque(value: object, prefix = ""): Item {
  const inner = safeInspect(value, 1);
  // 新的 Node 自己会写上 Proxy。
  const text = inner.startsWith(prefix.trim()) ? inner : prefix + inner;
  const [first = "", ...more] = text.split("\n");
  if (more.length === 0 && first.length <= INLINE) return { text: first, tone: "plain" };
  return { text: shorten(more.length > 0 ? `${first} …` : first, INLINE), tone: "plain", block: long(text) };
}

function functionLabel(value: Function): Item {
  const source = sourceOf(value);
  const name: unknown = property(value, "name").value;
  const title = typeof name === "string" && name !== "" ? name : "（无名）";
  if (/^class\b/.test(source)) {
    const parent = /^class\b[^{]*?\bextends\s+([\w$.]+)/.exec(source)?.[1];
    return { text: `class ${title}${parent ? ` extends ${parent}` : ""}`, tone: "name", block: long(source) };
  }
  const native = /\{\s*\[native code\]\s*\}\s*$/.test(source) || source === "";
  const text = shorten(`ƒ ${title}${native ? "()" : signature(source)}`, INLINE);
  return { text, tone: "name", ...(native ? {} : { block: long(source) }) };
}

/** 函数的参数表与返回类型：到函数体为止。 */
function signature(source: string): string {
  const head = source.slice(0, 400).replace(/\s+/g, " ");
  const single = /^(?:async )?([\w$]+) ?=>/.exec(head);
  if (single) return `(${single[1]})`;
  // 名字是算出来的方法：[Symbol.iterator]() {}，先跳过方括号。
  const computed = /^(?:async |get |set |\*|static )*\[/.exec(head)?.[0].length ?? 0;
  const start = head.indexOf("(", computed === 0 ? 0 : closing(head, computed - 1));
  const end = start < 0 ? -1 : closing(head, start);
  if (end < 0) return "(…)";
  const type = /^\s*:\s*[^{=]+/.exec(head.slice(end + 1))?.[0].trimEnd() ?? "";
  // 去掉类型之后会留下空格。
  return (head.slice(start, end + 1) + type).replace(/ +(?=[,)])/g, "");
}

/** 与 text[start] 处的括号相配的位置；没有是 -1。 */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if ("([{".includes(text[i] ?? "")) depth += 1;
    else if (")]}".includes(text[i] ?? "") && --depth === 0) return i;
  }
  return -1;
}

/** 名字与消息只从数据属性里读。 */
function errorLabel(value: object): Item {
  const read = (key: string): string => {
    for (let object: object | null = value, i = 0; object && i < 20; i++) {
      const found = Object.getOwnPropertyDescriptor(object, key);
      if (found) return typeof found.value === "string" ? found.value : "";
      object = Object.getPrototypeOf(object);
    }
    return "";
  };
  const title = [read("name") || "Error", read("message")].filter((part) => part !== "").join(": ");
  const stack: unknown = Object.getOwnPropertyDescriptor(value, "stack")?.value;
  const block = long(typeof stack === "string" ? stack : safeInspect(value, 0));
  return { text: shorten(title.split("\n")[0] ?? "", INLINE), tone: "error", block };
}

/** 对象折起时的一行：类名、大小与头几项。 */
export function preview(value: object): string {
  const name = className(value);
  const title = name ?? (isModule(value) ? "Module" : "[无原型]");
  switch (kindOf(value)) {
    case "array": {
      const { length } = value as unknown[];
      const lead = title === "Array" ? "" : `${title} `;
      return `${lead}(${count(length)}) ${list("[", arrayStart(value as unknown[]), length, "]")}`;
    }
    case "typed": {
      const items = value as unknown as ArrayLike<number>;
      const length = typedLength(value);
      const start = Array.from({ length: Math.min(length, 12) }, (_, i) => primitive(items[i]));
      return `${title}(${count(length)}) ${list("[", start, length, "]")}`;
    }
    case "map": {
      const { size, entries } = mapEntries(value, 6);
      return `${title}(${count(size)}) ${list(
        "{",
        entries.map(([key, item]) => `${brief(key)} → ${brief(item)}`),
        size,
        "}",
      )}`;
    }
    case "set": {
      const { size, items } = setItems(value, 8);
      return `${title}(${count(size)}) ${list("{", items.map(brief), size, "}")}`;
    }
    default: {
      const keys = ownKeys(value);
      const start = keys.slice(0, 8).map((key) => `${keyText(key)}: ${propertyBrief(property(value, key))}`);
      return `${title === "Object" ? "" : `${title} `}${list("{", start, keys.length, "}")}`;
    }
  }
}

/** import * as 得到的模块。 */
function isModule(value: object): boolean {
  const tag = Object.getOwnPropertyDescriptor(value, Symbol.toStringTag);
  return tag?.value === "Module" && tag.configurable === false;
}

function arrayStart(value: unknown[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < Math.min(value.length, 12); i++) {
    const found = property(value, String(i));
    out.push(Object.hasOwn(value, i) ? propertyBrief(found) : "空");
  }
  return out;
}

function propertyBrief(item: Property): string {
  return item.accessor ? `[${item.accessor}]` : brief(item.value);
}

/** 别的值的预览里，一项最短的写法。 */
function brief(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(shorten(value, 24));
  if (!isObject(value)) return shorten(primitive(value), 24);
  if (isProxy(value)) return "Proxy";
  if (unreadable(value) !== null) return "？";
  if (typeof value === "function") return "ƒ";
  if (Array.isArray(value)) return `[…${count(value.length)}]`;
  return `${className(value) ?? "[无原型]"} {…}`.replace(/^Object /, "");
}

function list(open: string, start: string[], size: number, close: string): string {
  if (size === 0) return open + close;
  let text = "";
  let shown = 0;
  for (const item of start) {
    if (text.length + item.length > PREVIEW && shown > 0) break;
    text += (shown > 0 ? ", " : "") + item;
    shown += 1;
  }
  const space = open === "{" ? " " : "";
  return `${open}${space}${text}${shown < size ? ", …" : ""}${space}${close}`;
}

export function keyText(key: string | symbol): string {
  if (typeof key === "symbol") return `[${key.toString()}]`;
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? shorten(key, 60) : JSON.stringify(shorten(key, 60));
}

/** 冻结或封闭的对象，说一声。 */
export function seal(value: object): string {
  if (typeof value === "function" || ArrayBuffer.isView(value) || isProxy(value)) return "";
  try {
    if (Object.isExtensible(value)) return "";
    if (Object.isFrozen(value)) return "（已冻结）";
    return Object.isSealed(value) ? "（已封闭）" : "（不可扩展）";
  } catch (error) {
    if (currentHost().isInterrupt?.(error)) throw error;
    return "";
  }
}
