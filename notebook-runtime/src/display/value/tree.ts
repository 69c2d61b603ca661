import type { Item } from "./item.js";
import { kindOf, mapEntries, setItems, typedLength } from "./kind.js";
import { keyText, label, seal } from "./label.js";
import { classAccessors, isObject, isProxy, ownKeys, type Property, property } from "./read.js";

export interface TreeOptions {
  /** 展开几层，默认 5。 */
  depth?: number;
  /** 每一层最多列几项，默认 100；里面的层是它的一半。 */
  items?: number;
}

/** 整棵树最多这么多行。 */
const LINES = 1500;
/** 折起来的长文字合起来最多这么多个字符。 */
const BLOCKS = 200_000;

/** 祖先的链表，用来认出循环。 */
interface Path {
  readonly value: object;
  readonly up: Path | null;
}

interface Pending {
  readonly item: Item;
  readonly path: Path;
  readonly level: number;
}

/**
 * 值 → 有界的树。一层一层地展开，行数用完时各处都展开到差不多深；
 * 不调用访问器，不触发 Proxy（在能分辨它的环境里）。
 */
export function grow(value: unknown, options: TreeOptions = {}): Item {
  const depth = options.depth ?? 5;
  const width = options.items ?? 100;
  const budget = Math.max(LINES, 2 * width);
  let lines = 0;
  let blocks = 0;
  const queue: Pending[] = [];

  const labelled = (value: unknown): Item => {
    const item = label(value);
    blocks += item.block?.length ?? 0;
    if (item.block !== undefined && blocks > BLOCKS) {
      delete item.block;
      item.cut = true;
    }
    return item;
  };
  const place = (value: unknown, up: Path | null, level: number): Item => {
    lines += 1;
    if (!isObject(value)) return labelled(value);
    let steps = 1;
    for (let at = up; at; at = at.up, steps++)
      if (at.value === value) return { text: `[循环：向上 ${steps} 层]`, tone: "quiet" };
    const item = labelled(value);
    if (!isProxy(value)) item.text += seal(value);
    if (expandable(value)) {
      if (level < depth) queue.push({ item, path: { value, up }, level });
      else item.cut = true;
    }
    return item;
  };

  const root = place(value, null, 0);
  for (let at = 0; at < queue.length; at++) {
    const { item, path, level } = queue[at]!;
    const room = Math.min(level === 0 ? width : Math.ceil(width / 2), budget - lines);
    if (room <= 0) {
      item.cut = true;
      continue;
    }
    expand(item, path.value, room, (inner) => place(inner, path, level + 1));
  }
  return root;
}

function expandable(value: object): boolean {
  if (isProxy(value)) return false;
  switch (kindOf(value)) {
    case "opaque":
      return false;
    case "array":
      return (value as unknown[]).length > 0 || ownKeys(value).length > 0;
    case "typed":
      return typedLength(value) > 0 || ownKeys(value).length > 0;
    case "map":
      return mapEntries(value, 1).size > 0 || ownKeys(value).length > 0;
    case "set":
      return setItems(value, 1).size > 0 || ownKeys(value).length > 0;
    case "error":
      return errorParts(value).length > 0 || ownKeys(value).some((key) => !ERROR_KEYS.has(key));
    default:
      return ownKeys(value).length > 0 || classAccessors(value).length > 0;
  }
}

function expand(item: Item, value: object, room: number, place: (value: unknown) => Item): void {
  const items: Item[] = [];
  let total = 0;
  const add = (key: string, inner: () => Item, internal = false) => {
    total += 1;
    if (items.length >= room) return;
    items.push(named(inner(), key, internal));
  };
  const addProperty = (found: Property, key = keyText(found.key)) =>
    add(key, () => (found.accessor ? accessor(found.accessor) : place(found.value)));
  switch (kindOf(value)) {
    case "array":
      total += arrayItems(value as unknown[], room, items, place);
      break;
    case "typed": {
      const list = value as unknown as ArrayLike<unknown>;
      const length = typedLength(value);
      for (let i = 0; i < Math.min(length, room); i++) add(String(i), () => place(list[i]));
      total = length;
      break;
    }
    case "map": {
      const { size, entries } = mapEntries(value, room);
      for (const [key, inner] of entries) {
        if (!isObject(key)) add(`${label(key).text} →`, () => place(inner), true);
        else add("", () => pair(key, inner, place), true);
      }
      total = size;
      break;
    }
    case "set": {
      const { size, items: members } = setItems(value, room);
      members.forEach((inner, i) => void add(String(i), () => place(inner), true));
      total = size;
      break;
    }
    case "error":
      for (const [key, inner] of errorParts(value)) add(`[${key}]`, () => place(inner), true);
      break;
  }
  const skip = kindOf(value) === "error" ? ERROR_KEYS : NONE;
  for (const key of ownKeys(value)) {
    if (skip.has(key)) continue;
    if (items.length < room) addProperty(property(value, key));
    else total += 1;
  }
  for (const found of classAccessors(value)) addProperty(found);
  item.items = items;
  if (total > items.length) item.rest = total - items.length;
}

/** 给一行写上键；行可能还在等着展开，所以改它自己，不复制。 */
function named(item: Item, key: string, internal = false): Item {
  item.key = key;
  if (internal) item.internal = true;
  return item;
}

function accessor(name: string): Item {
  return { text: `[${name}]`, tone: "quiet" };
}

/** 键是对象的一项：键与值都能展开。 */
function pair(key: object, value: unknown, place: (value: unknown) => Item): Item {
  const text = `${label(key).text} → ${label(value).text}`;
  return { text, tone: "plain", items: [named(place(key), "键", true), named(place(value), "值", true)] };
}

/** 数组的各项；连续的空位合成一行。 */
function arrayItems(value: unknown[], room: number, items: Item[], place: (value: unknown) => Item): number {
  let i = 0;
  while (i < value.length && items.length < room) {
    if (Object.hasOwn(value, i)) {
      const found = property(value, String(i));
      items.push(named(found.accessor ? accessor(found.accessor) : place(found.value), String(i)));
      i += 1;
      continue;
    }
    const from = i;
    const last = from + HOLES;
    while (i < value.length && i < last && !Object.hasOwn(value, i)) i += 1;
    const next = i < last ? i : nextIndex(value, i);
    items.push({ key: `${from}…${next - 1}`, text: `${next - from} 个空位`, tone: "quiet", internal: true });
    i = next;
  }
  // 已经列出的行里，空位一行代表多项。
  return items.length + (value.length - i);
}

/** 逐个看空位的上限；空位更多时改为列出键。 */
const HOLES = 10_000;

function nextIndex(value: unknown[], from: number): number {
  for (const key of Object.keys(value)) {
    const index = Number(key);
    if (Number.isInteger(index) && index >= from && index < value.length) return index;
  }
  return value.length;
}

const ERROR_KEYS = new Set<string | symbol>(["stack", "message", "name", "cause", "errors"]);
const NONE = new Set<string | symbol>();

function errorParts(value: object): [string, unknown][] {
  const parts: [string, unknown][] = [];
  for (const key of ["cause", "errors"]) {
    if (!Object.hasOwn(value, key)) continue;
    const found = property(value, key);
    if (!found.accessor) parts.push([key, found.value]);
  }
  return parts;
}
