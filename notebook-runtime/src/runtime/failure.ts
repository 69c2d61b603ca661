import { CellSyntaxError } from "../compiler/errors.js";
import { codeFrame } from "../compiler/frame.js";
import type { CellError } from "../types.js";
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

/** 让 error.stack 显示单元格的名字与源码位置（只有 V8 有这个钩子）。 */
export function installStackFormatter(sources: CellSources): void {
  const format = (error: Error, sites: { toString(): string }[]): string => {
    const raw = sites.map((site) => `    at ${site}`).join("\n");
    rawStacks.set(error, raw);
    cleanMessage(error);
    const { lines } = sources.read(raw);
    return [header(error), ...lines].join("\n");
  };
  (Error as unknown as { prepareStackTrace: typeof format }).prepareStackTrace = format;
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

/** 抛出的值 → 给学习者看的错误；inspect 用来显示不是 Error 的值。 */
export function describeFailure(
  thrown: unknown,
  sources: CellSources,
  inspect: (value: unknown) => string,
  cell: { label: string; source: string },
): CellError {
  try {
    return describe(thrown, sources, inspect, cell);
  } catch {
    const evalue = "（抛出的值无法显示）";
    return { ename: "抛出的值", evalue, traceback: [`抛出的值: ${evalue}`], cell: cell.label };
  }
}

function describe(
  thrown: unknown,
  sources: CellSources,
  inspect: (value: unknown) => string,
  cell: { label: string; source: string },
): CellError {
  if (thrown instanceof CellSyntaxError) {
    const { line, column } = thrown;
    const message = `SyntaxError: ${thrown.message}`;
    const traceback = [message, ...sources.frameAt(cell.label, cell.source, line, column)];
    return { ename: "SyntaxError", evalue: thrown.message, traceback, cell: cell.label, line, column };
  }
  if (!isError(thrown)) {
    const evalue = safely(() => inspect(thrown), "（无法显示）");
    return { ename: "抛出的值", evalue, traceback: [`抛出的值: ${evalue}`], cell: cell.label };
  }
  cleanMessage(thrown);
  const ename = safely(() => String(thrown.name), "Error");
  const evalue = safely(() => plainNames(String(thrown.message)), "");
  const stack = safely(() => String(thrown.stack ?? ""), "");
  const raw = rawStacks.get(thrown) ?? stack;
  const { lines, frames } = sources.read(raw);
  const [top] = frames;
  const traceback = [evalue ? `${ename}: ${evalue}` : ename];
  if (top) {
    traceback.push(`${top.cell}:${top.line}:${top.column}`, ...codeFrame(top.source, top.line, top.column));
  }
  // 只有一帧时代码框已经说明了位置。
  if (lines.length > 1 || (lines.length === 1 && !top)) traceback.push(...shorten(lines));
  for (const cause of causes(thrown)) traceback.push(`原因：${safely(() => inspect(cause), "（无法显示）")}`);
  return { ename, evalue, traceback, cell: top?.cell, line: top?.line, column: top?.column };
}

/** 深递归的栈只留两头。 */
function shorten(lines: string[]): string[] {
  if (lines.length <= 12) return lines;
  return [...lines.slice(0, 8), `    …（省略 ${lines.length - 11} 层）`, ...lines.slice(-3)];
}

function causes(error: Error): unknown[] {
  const list: unknown[] = error instanceof AggregateError ? [...error.errors].slice(0, 5) : [];
  if (error.cause !== undefined) list.push(error.cause);
  return list;
}

/** 别的领域（iframe、vm）里的错误也算。 */
export function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === "[object Error]";
}

function safely(read: () => string, fallback: string): string {
  try {
    return read();
  } catch {
    return fallback;
  }
}
