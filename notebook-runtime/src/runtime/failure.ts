import { type CellSources, plainNames } from "./stack.js";

/** 中断：单元格里的 catch 拦不住它。 */
export class Interrupted extends Error {
  constructor() {
    super("已中断");
    this.name = "Interrupted";
  }
}

/** 抛出的值可能是会抛错的 Proxy，连 instanceof 都不能放心用。 */
export function isInterrupted(thrown: unknown): boolean {
  try {
    return thrown instanceof Interrupted;
  } catch {
    return false;
  }
}

/** 出错的值原来的栈；我们改写过 stack 的错误，原样留在这里。 */
const rawStacks = new WeakMap<object, string>();

/** V8 记下的原始栈；没有记下（别的引擎、跨线程来的错误）是 undefined。 */
export function rawStack(error: object): string | undefined {
  return rawStacks.get(error);
}

type Formatter = (error: Error, sites: { toString(): string }[]) => unknown;

/** 让 error.stack 显示单元格的名字与源码位置（只有 V8 有这个钩子）。单元格自己设的格式照样生效，不妨碍我们知道位置。 */
export function installStackFormatter(sources: CellSources): void {
  let own: Formatter | undefined;
  const format: Formatter = (error, sites) => {
    const raw = sites.map((site) => `    at ${site}`).join("\n");
    rawStacks.set(error, raw);
    if (own) return own(error, sites);
    cleanMessage(error);
    const { lines } = sources.read(raw);
    return [header(error), ...lines].join("\n");
  };
  Object.defineProperty(Error, "prepareStackTrace", {
    get: () => format,
    set: (value: unknown) => {
      own = typeof value === "function" && value !== format ? (value as Formatter) : undefined;
    },
    configurable: true,
  });
}

/** f.toString() 给出学习者写的代码，而不是编译出的。 */
export function installFunctionSource(sources: CellSources): void {
  const native = Function.prototype.toString;
  const methods = {
    toString(this: unknown): string {
      const text: string = Reflect.apply(native, this, []);
      return text.includes("ª") ? (sources.sourceOf(text) ?? text) : text;
    },
  };
  Object.defineProperty(Function.prototype, "toString", {
    value: methods.toString,
    configurable: true,
    writable: true,
  });
}

export function cleanMessage(error: unknown): void {
  try {
    if (!(error instanceof Error) || typeof error.message !== "string" || !error.message.includes("ª"))
      return;
    error.message = plainNames(error.message);
  } catch {
    // 冻结的错误、会抛错的 Proxy：消息保持原样。
  }
}

function header(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** 别的领域（iframe、vm）里的错误也算。 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}
