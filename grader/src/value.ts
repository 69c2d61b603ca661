/**
 * 判分用的值：数、数组、记录。题目的参数、标准答案和学习者的返回值都是这种树。
 */
export type Value = number | Value[] | { [name: string]: Value };

/** 树上的一个数和它的位置，如 `a[0]`。 */
export interface Leaf {
  path: string;
  value: number;
}

/** 按固定次序列出所有的数。 */
export function leaves(value: Value, path = ""): Leaf[] {
  if (typeof value === "number") return [{ path, value }];
  if (Array.isArray(value)) return value.flatMap((item, i) => leaves(item, `${path}[${i}]`));
  return Object.keys(value).flatMap((name) => leaves(value[name]!, path === "" ? name : `${path}.${name}`));
}

/** 只要数，不要位置；次序与 {@link leaves} 相同。 */
export function numbers(value: Value): number[] {
  const found: number[] = [];
  const walk = (node: Value): void => {
    if (typeof node === "number") found.push(node);
    else for (const child of Array.isArray(node) ? node : Object.values(node)) walk(child);
  };
  walk(value);
  return found;
}

/** 换掉第 `index` 个数，其余不动；返回新树。 */
export function replaceLeaf(value: Value, index: number, replacement: number): Value {
  let seen = 0;
  const walk = (node: Value): Value => {
    if (typeof node === "number") return seen++ === index ? replacement : node;
    if (Array.isArray(node)) return node.map(walk);
    return Object.fromEntries(Object.entries(node).map(([name, child]) => [name, walk(child)]));
  };
  return walk(value);
}

/** 树里绝对值最大的有限数，没有时为 0。 */
export function maxAbs(value: Value): number {
  let best = 0;
  for (const x of numbers(value)) if (Number.isFinite(x)) best = Math.max(best, Math.abs(x));
  return best;
}

/** 给人看的写法：`[0.5, −1.25]`，最多六位有效数字，太长时截断。 */
export function show(value: Value): string {
  if (typeof value === "number") return showNumber(value);
  const text = Array.isArray(value)
    ? `[${value.map(show).join(", ")}]`
    : `{${Object.entries(value)
        .map(([name, child]) => `${name}: ${show(child)}`)
        .join(", ")}}`;
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

export function showNumber(x: number): string {
  if (!Number.isFinite(x)) return String(x);
  return String(Number(x.toPrecision(6)));
}
