import { tensorArguments } from "./tensors.js";

/**
 * 学习者返回值的线上写法。这个目录里的文件会被放进沙箱，所以不引用任何题目和判分代码。
 *
 * 有限数照写；NaN、无穷与不是数的东西写成字符串，裁判据此说清楚返回了什么。
 */
export type Wire = number | string | Wire[] | { [name: string]: Wire };

/** 一次提问的结果，由沙箱里的进程写出；裁判不信任它，逐项核对。 */
export type Reply =
  | { kind: "value"; value: Wire; device?: string }
  | { kind: "throw"; name: string; message: string }
  | { kind: "missing" };

/** 练习里占位函数抛出的错误以此开头。 */
export const UNANSWERED = "还没有作答";

/** 一棵返回值最多有这么多个数；再多必然不是正确答案。 */
export const MAX_NUMBERS = 10_000;

const MAX_DEPTH = 8;

/** 参数以什么形式交给学习者：普通的数与数组，或者 float32 的张量。 */
export type Form = "numbers" | "tensors";

/** 像张量的东西：有形状、设备和异步读取。 */
interface TensorLike {
  shape: number[];
  device: string;
  data(): Promise<ArrayLike<number>>;
}

/** 把任意 JavaScript 值写成 Wire。张量经 `data()` 或 `toArray()`，类型化数组按普通数组。 */
export async function toWire(value: unknown, sawTensor: (device: string) => void = () => {}): Promise<Wire> {
  let count = 0;
  // 一律 return await：直接返回 Promise 会经过学习者可能改写过的 Promise.prototype.then。
  const walk = async (x: unknown, depth: number): Promise<Wire> => {
    if (++count > MAX_NUMBERS || depth > MAX_DEPTH) return "?过大";
    if (typeof x === "number") return Number.isFinite(x) ? x : String(x);
    if (x === null) return "?null";
    if (typeof x !== "object") return `?${typeof x}`;
    if (ArrayBuffer.isView(x) && !(x instanceof DataView)) {
      return await walk(Array.from(x as unknown as ArrayLike<unknown>), depth);
    }
    if (Array.isArray(x)) {
      const items: Wire[] = [];
      for (let i = 0; i < x.length && count <= MAX_NUMBERS; i++) items.push(await walk(x[i], depth + 1));
      return items;
    }
    if (isTensor(x)) {
      sawTensor(String(x.device).slice(0, 40));
      const flat = await x.data();
      if (flat.length > MAX_NUMBERS) return "?过大";
      return await walk(nest(Array.from(flat, Number), Array.from(x.shape, Number)), depth);
    }
    const tensor = x as { toArray?: unknown };
    if (typeof tensor.toArray === "function") return await walk(await tensor.toArray(), depth + 1);
    const record: { [name: string]: Wire } = {};
    for (const name of Object.keys(x).slice(0, 64)) {
      record[name.slice(0, 64)] = await walk((x as Record<string, unknown>)[name], depth + 1);
    }
    return record;
  };
  return await walk(await value, 0);
}

function isTensor(x: object): x is TensorLike {
  const { shape, device, data } = x as Partial<TensorLike>;
  return Array.isArray(shape) && typeof device === "string" && typeof data === "function";
}

/** 平铺的数按形状排成嵌套数组；标量就是那个数。 */
function nest(flat: unknown[], shape: number[]): unknown {
  if (shape.length === 0) return flat[0];
  const [count = 0, ...rest] = shape;
  const size = flat.length / count;
  return Array.from({ length: count }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), rest));
}

/** 调用学习者的函数并写成回答；异常也是一种回答。 */
export async function call(fn: unknown, args: unknown[], form: Form = "numbers"): Promise<Reply> {
  if (typeof fn !== "function") return { kind: "missing" };
  try {
    const given = form === "tensors" ? await tensorArguments(args) : args;
    let device: string | undefined;
    const value = await toWire(fn(...given), (name) => {
      device = name;
    });
    return device === undefined ? { kind: "value", value } : { kind: "value", value, device };
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
