import { BREAK, COMPACT, inColumns, MAX_ARRAY } from "./inspect-columns.js";
import { partsOf } from "./inspect-parts.js";

/** 值的文本形式，样子与 Node 的 util.inspect 默认设置相同（浏览器里没有它）。 */
export interface InspectOptions {
  depth?: number;
}

const MAX_STRING = 10_000;
const CUSTOM = Symbol.for("nodejs.util.inspect.custom");

interface Context {
  depth: number;
  level: number;
  indentation: number;
  seen: object[];
  circular: Map<object, number>;
}

type Kind = "object" | "array";

export function inspect(value: unknown, options: InspectOptions = {}): string {
  const ctx: Context = { depth: options.depth ?? 2, level: 0, indentation: 0, seen: [], circular: new Map() };
  return format(ctx, value, 0);
}

function format(ctx: Context, value: unknown, level: number): string {
  if (typeof value !== "object" && typeof value !== "function") return primitive(ctx, value);
  if (value === null) return "null";
  const custom = (value as Record<symbol, unknown>)[CUSTOM];
  if (typeof custom === "function" && custom !== inspect) {
    const shown: unknown = custom.call(value, ctx.depth - level, {}, inspect);
    if (shown !== value) {
      if (typeof shown !== "object")
        return String(shown).replaceAll("\n", `\n${" ".repeat(ctx.indentation)}`);
      return format(ctx, shown, level);
    }
  }
  if (ctx.seen.includes(value)) {
    let index = ctx.circular.get(value);
    if (index === undefined) {
      index = ctx.circular.size + 1;
      ctx.circular.set(value, index);
    }
    return `[Circular *${index}]`;
  }
  return formatObject(ctx, value, level);
}

function primitive(ctx: Context, value: unknown): string {
  if (typeof value === "string") return formatString(ctx, value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "symbol") return value.toString();
  return Object.is(value, -0) ? "-0" : String(value);
}

function formatString(ctx: Context, value: string): string {
  let rest = "";
  if (value.length > MAX_STRING) {
    const more = value.length - MAX_STRING;
    rest = `... ${more} more character${more > 1 ? "s" : ""}`;
    value = value.slice(0, MAX_STRING);
  }
  if (
    ctx.level > 0 &&
    value.length > 16 &&
    value.length > BREAK - ctx.indentation - 4 &&
    value.includes("\n")
  ) {
    const lines = value.split(/(?<=\n)/).map(quote);
    return lines.join(` +\n${" ".repeat(ctx.indentation + 2)}`) + rest;
  }
  return quote(value) + rest;
}

const ESCAPES: Record<string, string> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  "\\": "\\\\",
};

/** 单引号；里面有单引号而没有别的引号时换一种。 */
function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !/[`]|\$\{/.test(text) ? "`" : "'";
  const escaped = text.replace(/[\p{Cc}\p{Cs}\\]/gu, (c) => {
    const code = c.charCodeAt(0);
    if (code >= 0xd800) return `\\u${code.toString(16).toUpperCase()}`;
    return ESCAPES[c] ?? `\\x${code.toString(16).toUpperCase().padStart(2, "0")}`;
  });
  return mark === "'" ? `'${escaped.replaceAll("'", "\\'")}'` : mark + escaped + mark;
}

function constructorName(value: object): string | null {
  for (let object: object | null = value; object; object = Object.getPrototypeOf(object)) {
    const descriptor = Object.getOwnPropertyDescriptor(object, "constructor");
    if (typeof descriptor?.value === "function" && descriptor.value.name !== "") return descriptor.value.name;
  }
  return null;
}

function prefix(name: string | null, tag: string, fallback: string, size = ""): string {
  const mark = tag !== "" && tag !== name ? ` [${tag}]` : "";
  return name === null ? `[${fallback}${size}: null prototype]${mark} ` : `${name}${size}${mark} `;
}

function formatObject(ctx: Context, value: object, level: number): string {
  const name = constructorName(value);
  const rawTag = (value as Record<symbol, unknown>)[Symbol.toStringTag];
  const tag = typeof rawTag === "string" ? rawTag : "";
  let keys = visibleKeys(value);
  let base = "";
  let braces: [string, string] = ["{", "}"];
  let kind: Kind = "object";
  let entries: () => string[] = () => [];
  const deeper = level + 1;
  const exotic = partsOf(value);
  if (Array.isArray(value)) {
    keys = keys.filter((key) => typeof key === "symbol" || !/^(?:0|[1-9]\d*)$/.test(key));
    const lead = name !== "Array" || tag !== "" ? prefix(name, tag, "Array", `(${value.length})`) : "";
    braces = [`${lead}[`, "]"];
    if (value.length === 0 && keys.length === 0) return `${braces[0]}]`;
    kind = "array";
    entries = () => arrayEntries(ctx, value, deeper);
  } else if (value instanceof Set) {
    braces[0] = `${prefix(name, tag, "Set", `(${value.size})`)}{`;
    entries = () => indented(ctx, () => some(value, value.size, (item) => format(ctx, item, deeper)));
    if (value.size === 0 && keys.length === 0) return `${braces[0]}}`;
  } else if (value instanceof Map) {
    braces[0] = `${prefix(name, tag, "Map", `(${value.size})`)}{`;
    entries = () =>
      indented(ctx, () =>
        some(value, value.size, ([k, v]) => `${format(ctx, k, deeper)} => ${format(ctx, v, deeper)}`),
      );
    if (value.size === 0 && keys.length === 0) return `${braces[0]}}`;
  } else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const array = value as unknown as ArrayLike<number | bigint>;
    keys = keys.filter((key) => typeof key === "symbol" || !/^(?:0|[1-9]\d*)$/.test(key));
    const own = Object.prototype.toString.call(value).slice(8, -1);
    braces = [`${prefix(name, tag, own, `(${array.length})`)}[`, "]"];
    if (array.length === 0 && keys.length === 0) return `${braces[0]}]`;
    kind = "array";
    entries = () => typedEntries(array);
  } else if (typeof value === "function") {
    base = functionBase(value, name, tag);
    if (keys.length === 0) return base;
  } else if (value instanceof RegExp) {
    base = RegExp.prototype.toString.call(value);
    if (keys.length === 0 || level > ctx.depth) return base;
  } else if (value instanceof Date) {
    base = Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
    if (keys.length === 0) return base;
  } else if (value instanceof Error) {
    base = errorBase(ctx, value);
    keys = keys.filter((key) => !["stack", "message", "name", "cause", "errors"].includes(String(key)));
    const inner = ["cause", "errors"].filter((key) => Object.hasOwn(value, key));
    if (inner.length > 0)
      entries = () =>
        inner.map((key) => `[${key}]: ${indent(ctx, 2, () => format(ctx, (value as any)[key], deeper))}`);
    else if (keys.length === 0) return base;
  } else if (value instanceof Promise) {
    braces[0] = `${prefix(name, tag, "Promise")}{`;
    entries = () => ["<pending>"];
  } else if (isBoxed(value)) {
    const inner = value.valueOf() as unknown;
    const type = inner === null ? "" : Object.prototype.toString.call(value).slice(8, -1);
    base = `[${type}: ${typeof inner === "string" ? quote(inner) : primitive(ctx, inner)}]`;
    if (typeof inner === "string") keys = keys.filter((key) => typeof key === "symbol" || !/^\d+$/.test(key));
    if (keys.length === 0) return base;
  } else if (exotic) {
    braces[0] = `${prefix(name, tag, exotic.type)}{`;
    entries = () =>
      exotic.parts.map((part) =>
        typeof part === "string" ? part : `${part[0]}: ${indent(ctx, 2, () => format(ctx, part[1], deeper))}`,
      );
  } else if (name === "Object" && tag === "") {
    if (keys.length === 0) return "{}";
  } else {
    braces[0] = `${prefix(name, tag, "Object")}{`;
    if (keys.length === 0) return `${braces[0]}}`;
  }
  if (level > ctx.depth) {
    const label = prefix(name, tag, Array.isArray(value) ? "Array" : "Object").slice(0, -1);
    return Array.isArray(value) && name === "Array"
      ? "[Array]"
      : `[${name === null ? label.slice(1, -1) : label}]`;
  }
  ctx.seen.push(value);
  ctx.level = level;
  const output = [...entries(), ...keys.map((key) => property(ctx, value, key, deeper))];
  ctx.seen.pop();
  const index = ctx.circular.get(value);
  if (index !== undefined) {
    if (base === "") braces[0] = `<ref *${index}> ${braces[0]}`;
    else base = `<ref *${index}> ${base}`;
  }
  return reduce(ctx, output, base, braces, kind, level, value);
}

/** 头一百项，其余说个数。 */
function some<T>(items: Iterable<T>, size: number, show: (item: T) => string): string[] {
  const output: string[] = [];
  for (const item of items) {
    if (output.length >= MAX_ARRAY) break;
    output.push(show(item));
  }
  if (size > output.length)
    output.push(`... ${size - output.length} more item${size - output.length > 1 ? "s" : ""}`);
  return output;
}

function isBoxed(value: object): value is Number | String | Boolean | Symbol | BigInt {
  return [Number, String, Boolean, Symbol, BigInt].some((type) => value instanceof type);
}

/** 元素多于这个数的数组，不再找元素之外的属性：列出全部键要几秒。 */
const LISTED = 10_000;

function visibleKeys(value: object): (string | symbol)[] {
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  if (list && (value as unknown as ArrayLike<unknown>).length > LISTED) return [];
  const symbols = Object.getOwnPropertySymbols(value).filter((s) =>
    Object.prototype.propertyIsEnumerable.call(value, s),
  );
  return [...Object.keys(value), ...symbols];
}

function indent<T>(ctx: Context, by: number, body: () => T): T {
  ctx.indentation += by;
  try {
    return body();
  } finally {
    ctx.indentation -= by;
  }
}

function indented(ctx: Context, body: () => string[]): string[] {
  return indent(ctx, 2, body);
}

function arrayEntries(ctx: Context, array: unknown[], level: number): string[] {
  const output: string[] = [];
  let holes = 0;
  const flush = () => {
    if (holes > 0) output.push(`<${holes} empty item${holes > 1 ? "s" : ""}>`);
    holes = 0;
  };
  let i = 0;
  for (; i < array.length && output.length < MAX_ARRAY; i++) {
    if (!(i in array)) {
      holes += 1;
      continue;
    }
    flush();
    if (output.length >= MAX_ARRAY) break;
    output.push(indent(ctx, 2, () => format(ctx, array[i], level)));
  }
  flush();
  const more = array.length - i;
  if (more > 0) output.push(`... ${more} more item${more > 1 ? "s" : ""}`);
  return output;
}

function typedEntries(array: ArrayLike<number | bigint>): string[] {
  const output: string[] = [];
  for (let i = 0; i < Math.min(array.length, MAX_ARRAY); i++) {
    const item = array[i];
    output.push(typeof item === "bigint" ? `${item}n` : Object.is(item, -0) ? "-0" : String(item));
  }
  const more = array.length - output.length;
  if (more > 0) output.push(`... ${more} more item${more > 1 ? "s" : ""}`);
  return output;
}

function functionBase(value: Function, name: string | null, tag: string): string {
  const source = Function.prototype.toString.call(value);
  if (source.startsWith("class") && source.endsWith("}")) {
    let base = value.name === "" ? "[class (anonymous)" : `[class ${value.name}`;
    if (name !== "Function" && name !== null) base += ` [${name}]`;
    const parent = Object.getPrototypeOf(value);
    if (parent?.name) base += ` extends ${parent.name}`;
    else if (parent === null) base += " extends [null prototype]";
    return `${base}]`;
  }
  const type = name ?? "Function";
  let base = `[${type}`;
  if (name === null) base += " (null prototype)";
  base += value.name === "" ? " (anonymous)]" : `: ${value.name}]`;
  return tag !== "" && tag !== name ? `${base} [${tag}]` : base;
}

function errorBase(ctx: Context, error: Error): string {
  const title = Error.prototype.toString.call(error);
  const stack = typeof error.stack === "string" && error.stack !== "" ? error.stack : "";
  // V8 的栈以消息开头，别的引擎没有。
  const text = stack === "" ? `[${title}]` : stack.includes(error.message) ? stack : `${title}\n${stack}`;
  return text.trimEnd().replaceAll("\n", `\n${" ".repeat(ctx.indentation)}`);
}

function property(ctx: Context, owner: object, key: string | symbol, level: number): string {
  const descriptor = Object.getOwnPropertyDescriptor(owner, key) ?? { value: undefined, enumerable: true };
  let text: string;
  if (descriptor.get) text = descriptor.set ? "[Getter/Setter]" : "[Getter]";
  else if (descriptor.set) text = "[Setter]";
  else {
    text = indent(ctx, 2, () => format(ctx, descriptor.value, level));
  }
  if (typeof key === "symbol") return `[${key.toString()}]: ${text}`;
  if (key === "__proto__") return `['__proto__']: ${text}`;
  return `${/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key) ? key : quote(key)}: ${text}`;
}

function reduce(
  ctx: Context,
  output: string[],
  base: string,
  braces: [string, string],
  kind: Kind,
  level: number,
  value: object,
): string {
  const entries = output.length;
  if (kind === "array" && entries > 6)
    output = inColumns(output, value as ArrayLike<unknown>, ctx.indentation);
  const lead = base === "" ? "" : `${base} `;
  if (ctx.level - level < COMPACT && entries === output.length) {
    const start = output.length + ctx.indentation + braces[0].length + base.length + 10;
    if (fits(output, start, base)) {
      const joined = output.join(", ");
      if (!joined.includes("\n")) return `${lead}${braces[0]} ${joined} ${braces[1]}`;
    }
  }
  const space = `\n${" ".repeat(ctx.indentation)}`;
  return `${lead}${braces[0]}${space}  ${output.join(`,${space}  `)}${space}${braces[1]}`;
}

function fits(output: string[], start: number, base: string): boolean {
  let total = output.length + start;
  if (total + output.length > BREAK) return false;
  for (const text of output) {
    total += text.length;
    if (total > BREAK) return false;
  }
  return base === "" || !base.includes("\n");
}
