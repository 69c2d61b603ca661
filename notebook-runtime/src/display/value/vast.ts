import { kindOf, mapEntries, setItems } from "./kind.js";
import { isObject, isProxy, ownKeys, property } from "./read.js";

/** util.inspect 默认写这么多层，每层的数组、Map、Set 写一百项，对象的键全写。 */
const LEVELS = 3;
const ITEMS = 100;
/** 要写的项比这多，就算太大。 */
const VAST = 5000;

/** util.inspect 要写的项是不是多得会很慢；数到上限就停，所以自己总是很快。 */
export function isVast(value: object): boolean {
  let count = 0;
  const walk = (value: unknown, level: number): void => {
    if (!isObject(value) || isProxy(value) || level > LEVELS) return;
    for (const inner of membersOf(value)) {
      count += 1;
      if (count > VAST) return;
      walk(inner, level + 1);
    }
  };
  walk(value, 1);
  return count > VAST;
}

function membersOf(value: object): unknown[] {
  switch (kindOf(value)) {
    case "array": {
      const size = Math.min((value as unknown[]).length, ITEMS);
      return Array.from({ length: size }, (_, i) => property(value, String(i)).value);
    }
    case "map":
      return mapEntries(value, ITEMS).entries.flat();
    case "set":
      return setItems(value, ITEMS).items;
    case "object": {
      const keys = ownKeys(value);
      return keys.length > VAST ? keys : keys.map((key) => property(value, key).value);
    }
    default:
      return [];
  }
}
