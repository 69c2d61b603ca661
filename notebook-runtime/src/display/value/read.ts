import { currentHost } from "../host.js";
import { reason } from "../text.js";

// 读一个值而不执行它的代码：不取访问器的值，不触发 Proxy，出错也只是得到说明。

/** 一个属性；访问器只说有什么，不调用。 */
export interface Property {
  readonly key: string | symbol;
  readonly value?: unknown;
  readonly accessor?: "Getter" | "Setter" | "Getter/Setter";
}

/** 数组的元素多于这个数时，不再找元素之外的属性：列出全部键要几秒。 */
const LISTED = 10_000;

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

export function isProxy(value: unknown): boolean {
  return currentHost().isProxy?.(value) ?? false;
}

/** 真的数组；套在数组外面的 Proxy 不算。 */
export function isList(value: unknown): value is unknown[] {
  return isObject(value) && !isProxy(value) && Array.isArray(value);
}

/** 沿原型链一层层往上；遇到 Proxy 就停。 */
export function* chain(value: object): Generator<object> {
  let object: object | null = value;
  for (let i = 0; object !== null && i < 100 && !isProxy(object); i++) {
    yield object;
    object = Object.getPrototypeOf(object);
  }
}

/** 值（或它的原型）上以 key 为名的方法。 */
export function findMethod(value: object, key: symbol): Function | null {
  try {
    for (const object of chain(value)) {
      const found = Object.getOwnPropertyDescriptor(object, key);
      if (!found) continue;
      const method: unknown = found.get ? Reflect.apply(found.get, value, []) : found.value;
      return typeof method === "function" ? method : null;
    }
  } catch {
    // 取不到就当作没有。
  }
  return null;
}

/** 构造函数的名字；没有原型时是 null。 */
export function className(value: object): string | null {
  try {
    for (const object of chain(value)) {
      const made: unknown = Object.getOwnPropertyDescriptor(object, "constructor")?.value;
      if (typeof made !== "function" || isProxy(made)) continue;
      const name: unknown = Object.getOwnPropertyDescriptor(made, "name")?.value;
      if (typeof name === "string" && name !== "") return name;
    }
    return Object.getPrototypeOf(value) === null ? null : "Object";
  } catch {
    return "Object";
  }
}

/** 自己的可枚举属性的键；数组不含下标。 */
export function ownKeys(value: object): (string | symbol)[] {
  if (value === listed?.value) return listed.keys;
  const keys = listKeys(value);
  if (keys.length > MANY) {
    // 一次显示里要看几遍；键很多时记住，这一轮同步的代码结束就忘掉。
    listed = { value, keys };
    queueMicrotask(() => {
      listed = null;
    });
  }
  return keys;
}

const MANY = 1000;
let listed: { value: object; keys: (string | symbol)[] } | null = null;

function listKeys(value: object): (string | symbol)[] {
  const list = Array.isArray(value) || ArrayBuffer.isView(value);
  if (list && listLength(value) > LISTED) return [];
  const enumerable = (key: string | symbol) => Object.prototype.propertyIsEnumerable.call(value, key);
  const symbols = Object.getOwnPropertySymbols(value).filter(enumerable);
  const names = Object.keys(value);
  return [...(list ? names.filter((key) => !/^(?:0|[1-9]\d*)$/.test(key)) : names), ...symbols];
}

function listLength(value: unknown[] | ArrayBufferView): number {
  return Array.isArray(value) ? value.length : value.byteLength;
}

export function property(value: object, key: string | symbol): Property {
  try {
    const found = Object.getOwnPropertyDescriptor(value, key);
    if (!found) return { key, value: undefined };
    if (found.get) return { key, accessor: found.set ? "Getter/Setter" : "Getter" };
    return found.set ? { key, accessor: "Setter" } : { key, value: found.value };
  } catch (error) {
    return { key, value: failed(reason(error)) };
  }
}

/** 读不出来的属性，用这里面的对象占位；用 WeakMap 认，不必对任意的值用 instanceof。 */
const failures = new WeakMap<object, string>();

function failed(why: string): object {
  const mark = {};
  failures.set(mark, why);
  return mark;
}

/** 是占位就给出读不出来的原因，不是则是 null。 */
export function unreadable(value: object): string | null {
  return failures.get(value) ?? null;
}

/** 类里定义的访问器：Object 与内建类型的不算。 */
export function classAccessors(value: object): Property[] {
  const found: Property[] = [];
  for (const object of chain(value)) {
    if (object === value) continue;
    if (isNative(object)) break;
    for (const key of Reflect.ownKeys(object).slice(0, 100)) {
      const item = key === "__proto__" ? null : property(object, key);
      if (item?.accessor && !found.some((other) => other.key === key)) found.push(item);
    }
  }
  return found;
}

function isNative(prototype: object): boolean {
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof made !== "function") return false;
  return /\{\s*\[native code\]\s*\}\s*$/.test(sourceOf(made));
}

/** 函数的源码。 */
export function sourceOf(value: Function): string {
  try {
    return Function.prototype.toString.call(value);
  } catch {
    return "";
  }
}

/** 值的文本形式；值的代码出错时是说明。 */
export function safeInspect(value: unknown, depth?: number): string {
  const host = currentHost();
  try {
    const text: unknown = host.inspect(value, depth === undefined ? undefined : { depth });
    return typeof text === "string" ? text : String(text);
  } catch (error) {
    if (host.isInterrupt?.(error)) throw error;
    return `[${kindName(value)}，显示时出错：${reason(error)}]`;
  }
}

function kindName(value: unknown): string {
  if (!isObject(value)) return typeof value;
  return isProxy(value) ? "Proxy" : (className(value) ?? "Object: null prototype");
}
