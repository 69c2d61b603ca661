/** 没接住的错误；有人处理它们，进程的去留就由他决定。 */
const fatal: ReadonlySet<unknown> = new Set(["uncaughtException", "unhandledRejection"]);
const methods = ["on", "addListener", "once", "prependListener", "prependOnceListener"] as const;

type Listen = (event: string | symbol, listener: (...args: unknown[]) => void) => NodeJS.Process;

/**
 * 包里装的处理函数不算数。Emscripten 编出来的库（例如 tfjs 的 WASM 后端）一载入就装一个，
 * 把错误再抛一次：哪个定时器里出一点错，进程和全部变量都没了。没接住的错误由会话归给单元格。
 * 单元格与学习者自己的文件装的照旧。
 */
export function ignorePackageHandlers(): void {
  for (const name of methods) {
    const original = process[name] as Listen;
    const listen: Listen = (event, listener) =>
      fatal.has(event) && calledFromPackage() ? process : Reflect.apply(original, process, [event, listener]);
    Object.defineProperty(process, name, { value: listen, configurable: true, writable: true });
  }
}

function calledFromPackage(): boolean {
  const { stackTraceLimit } = Error;
  const format = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  let files: string[] = [];
  const value = (_: unknown, sites: NodeJS.CallSite[]) => {
    files = sites.map((site) => site.getFileName() ?? "");
  };
  try {
    Error.stackTraceLimit = 12;
    Object.defineProperty(Error, "prepareStackTrace", { value, configurable: true });
    // 读一次才会排版
    void new Error().stack;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    if (format) Object.defineProperty(Error, "prepareStackTrace", format);
  }
  // 本文件与 Node 自己的（events.once 之类）之外，最近的一层就是谁装的
  const caller = files.find((file) => file !== "" && file !== import.meta.url && !file.startsWith("node:"));
  return caller?.includes("/node_modules/") ?? false;
}
