/**
 * 学习者返回值的线上写法。这个目录里的文件会被放进沙箱，所以不引用任何题目和判分代码。
 *
 * 有限数照写；NaN、无穷与不是数的东西写成字符串，裁判据此说清楚返回了什么。
 */
export type Wire = number | string | Wire[] | { [name: string]: Wire };

/** 一次提问的结果，由沙箱里的进程写出；裁判不信任它，逐项核对。 */
export type Reply =
  | { kind: "value"; value: Wire }
  | { kind: "throw"; name: string; message: string }
  | { kind: "missing" };

/** 练习里占位函数抛出的错误以此开头。 */
export const UNANSWERED = "还没有作答";

/** 一棵返回值最多有这么多个数；再多必然不是正确答案。 */
export const MAX_NUMBERS = 10_000;

const MAX_DEPTH = 8;

/** 把任意 JavaScript 值写成 Wire。张量经 `toArray()` 或 `data()`，类型化数组按普通数组。 */
export async function toWire(value: unknown): Promise<Wire> {
  let count = 0;
  const walk = async (x: unknown, depth: number): Promise<Wire> => {
    if (++count > MAX_NUMBERS || depth > MAX_DEPTH) return "?过大";
    if (typeof x === "number") return Number.isFinite(x) ? x : String(x);
    if (x === null) return "?null";
    if (typeof x !== "object") return `?${typeof x}`;
    if (ArrayBuffer.isView(x) && !(x instanceof DataView)) {
      return walk(Array.from(x as unknown as ArrayLike<unknown>), depth);
    }
    if (Array.isArray(x)) {
      const items: Wire[] = [];
      for (let i = 0; i < x.length && count <= MAX_NUMBERS; i++) items.push(await walk(x[i], depth + 1));
      return items;
    }
    const tensor = x as { toArray?: unknown; data?: unknown };
    if (typeof tensor.toArray === "function") return walk(await tensor.toArray(), depth + 1);
    const record: { [name: string]: Wire } = {};
    for (const name of Object.keys(x).slice(0, 64)) {
      record[name.slice(0, 64)] = await walk((x as Record<string, unknown>)[name], depth + 1);
    }
    return record;
  };
  return walk(await value, 0);
}

/** 调用学习者的函数并写成回答；异常也是一种回答。 */
export async function call(fn: unknown, args: unknown[]): Promise<Reply> {
  if (typeof fn !== "function") return { kind: "missing" };
  try {
    return { kind: "value", value: await toWire(fn(...args)) };
  } catch (error) {
    return describe(error);
  }
}

/** 把抛出的任何东西写成短文字。 */
export function describe(error: unknown): Reply & { kind: "throw" } {
  try {
    const { name, message } = error as Error;
    return {
      kind: "throw",
      name: String(name ?? "Error").slice(0, 80),
      message: String(message ?? error).slice(0, 500),
    };
  } catch {
    return { kind: "throw", name: "Error", message: "" };
  }
}
