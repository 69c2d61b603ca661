import { chain } from "./read.js";

/** 树里要分别展开的几种值；其余（日期、正则、Promise……）只有一行文字。 */
export type Kind = "array" | "typed" | "map" | "set" | "error" | "function" | "opaque" | "object";

const CUSTOM = Symbol.for("nodejs.util.inspect.custom");

/** 内建类型的原型 → 种类。光看原型会被冒充，所以再用内部槽核对。 */
const prototypes = new Map<object, [Kind, (value: object) => unknown]>();

const getter = (prototype: object, key: string | symbol): ((value: object) => unknown) => {
  const get = Object.getOwnPropertyDescriptor(prototype, key)?.get;
  return (value) => (get ? Reflect.apply(get, value, []) : undefined);
};
prototypes.set(Map.prototype, ["map", getter(Map.prototype, "size")]);
prototypes.set(Set.prototype, ["set", getter(Set.prototype, "size")]);
prototypes.set(Error.prototype, ["error", () => {}]);
const OPAQUE = [
  "Date RegExp Promise WeakMap WeakSet WeakRef Number String Boolean Symbol BigInt",
  "ArrayBuffer SharedArrayBuffer DataView URL URLSearchParams Blob Headers Request Response",
  "ReadableStream WritableStream TransformStream AbortSignal Event",
].join(" ");
let complete = false;

/** 第一次要看值时才去取这些类：Node 里读一下 `Headers` 就要载入 undici，每起一个进程多花 50 毫秒。 */
function known(prototype: object) {
  if (!complete) {
    complete = true;
    for (const name of OPAQUE.split(" ")) {
      const made = (globalThis as Record<string, any>)[name];
      if (typeof made === "function") prototypes.set(made.prototype, ["opaque", () => {}]);
    }
  }
  return prototypes.get(prototype);
}
// 生成器与各种迭代器共同的原型。
const iterators = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
const generators = Object.getPrototypeOf(Object.getPrototypeOf((function* () {})()));
for (const prototype of [iterators, Object.getPrototypeOf(generators)])
  prototypes.set(prototype, ["opaque", () => {}]);

/** 值是哪一种；不执行值的代码（Proxy 由调用的人先挑出去）。 */
export function kindOf(value: object): Kind {
  if (typeof value === "function") return "function";
  if (Array.isArray(value)) return "array";
  if (isTyped(value)) return "typed";
  try {
    let custom = false;
    for (const object of chain(value)) {
      custom ||= typeof Object.getOwnPropertyDescriptor(object, CUSTOM)?.value === "function";
      const found = known(object);
      if (!found || object === value) continue;
      found[1](value);
      return custom && found[0] !== "error" ? "opaque" : found[0];
    }
    return custom ? "opaque" : "object";
  } catch {
    return "object";
  }
}

const typedPrototype = Object.getPrototypeOf(Float64Array.prototype);
const typedTag = getter(typedPrototype, Symbol.toStringTag);
const lengthOf = getter(typedPrototype, "length");

/** 是不是类型化数组（DataView 不算）；看的是内部槽，冒充不了。 */
export function isTyped(value: object): boolean {
  return typedTag(value) !== undefined;
}

export function typedLength(value: object): number {
  return Number(lengthOf(value));
}

/** Map 的内容；不经过可能被改写的方法。 */
export function mapEntries(value: object, limit: number): { size: number; entries: [unknown, unknown][] } {
  const map = value as Map<unknown, unknown>;
  return { size: sizeOf(map, Map.prototype), entries: take(entriesOf.call(map), limit) };
}

export function setItems(value: object, limit: number): { size: number; items: unknown[] } {
  const set = value as Set<unknown>;
  return { size: sizeOf(set, Set.prototype), items: take(itemsOf.call(set), limit) };
}

const { entries: entriesOf } = Map.prototype;
const { values: itemsOf } = Set.prototype;

function sizeOf(value: object, prototype: object): number {
  return Number(getter(prototype, "size")(value));
}

function take<T>(items: Iterator<T>, limit: number): T[] {
  const out: T[] = [];
  for (let next = items.next(); !next.done && out.length < limit; next = items.next()) out.push(next.value);
  return out;
}
