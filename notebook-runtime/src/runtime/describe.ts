import { CellSyntaxError } from "../compiler/errors.js";
import { codeFrame } from "../compiler/frame.js";
import type { CellError } from "../types.js";
import { cleanMessage, isError, rawStack } from "./failure.js";
import { type CellFrame, type CellSources, plainNames } from "./stack.js";

/** 消息最多显示这么多字符。 */
const MESSAGE = 4000;
/** 原因链最多几层，AggregateError 最多列几个。 */
const DEPTH = 5;
const LISTED = 5;
/** 错误自带的属性最多显示这么多字符。 */
const PROPERTIES = 400;

interface Context {
  sources: CellSources;
  inspect: (value: unknown) => string;
  /** 出错的单元格。 */
  label: string;
  /** 已经说过的错误：原因可能成环。 */
  told: Set<unknown>;
  /** 已经画过代码框的位置。 */
  framed: Set<string>;
}

/** 抛出的值 → 给学习者看的错误；inspect 用来显示不是 Error 的值。 */
export function describeFailure(
  thrown: unknown,
  sources: CellSources,
  inspect: (value: unknown) => string,
  cell: { label: string; source: string },
): CellError {
  try {
    if (thrown instanceof CellSyntaxError) return syntaxFailure(thrown, sources, cell);
    const context: Context = { sources, inspect, label: cell.label, told: new Set(), framed: new Set() };
    if (!isError(thrown)) {
      const evalue = shorten(safely(() => inspect(thrown), "（无法显示）"));
      return { ename: "抛出的值", evalue, traceback: [`抛出的值: ${evalue}`], cell: cell.label };
    }
    const { ename, evalue } = nameAndMessage(thrown);
    const traceback = tell(thrown, context);
    const at = read(thrown, sources).frames.find(({ file }) => !file);
    return { ename, evalue, traceback, cell: at?.cell, line: at?.line, column: at?.column };
  } catch {
    const evalue = "（抛出的值无法显示）";
    return { ename: "抛出的值", evalue, traceback: [`抛出的值: ${evalue}`], cell: cell.label };
  }
}

/** 错误的栈里最外层的单元格：多半是它安排了出错的代码。 */
export function outermostCell(error: unknown, sources: CellSources): string | undefined {
  return safely(() => {
    if (!isError(error)) return undefined;
    return read(error, sources).frames.findLast(({ file }) => !file)?.cell;
  }, undefined);
}

function syntaxFailure(
  error: CellSyntaxError,
  sources: CellSources,
  { label, source }: { label: string; source: string },
): CellError {
  const { line, column, message } = error;
  const traceback = [`SyntaxError: ${message}`, ...sources.frameAt(label, source, line, column)];
  return { ename: "SyntaxError", evalue: message, traceback, cell: label, line, column };
}

/** 一个错误：消息、代码框、调用栈、属性，然后是它的原因。 */
function tell(error: Error, context: Context): string[] {
  context.told.add(error);
  const { ename, evalue } = nameAndMessage(error);
  const { lines, frames } = read(error, context.sources);
  const told = [evalue ? `${ename}: ${evalue}` : ename, ...drawn(frames, context)];
  // 只有一帧时代码框已经说明了位置。
  if (lines.length > 1 || (lines.length === 1 && frames.length === 0)) told.push(...ends(lines));
  const properties = extras(error, evalue, context);
  if (properties !== "") told.push(`属性：${properties}`);
  told.push(...members(error, context), ...causes(error, context));
  return told;
}

/** 出错处的代码框；出错处不在当前单元格里，再加上当前单元格里调用它的那一行。 */
function drawn(frames: CellFrame[], context: Context): string[] {
  const [top] = frames;
  if (!top) return [];
  const caller = frames.findLast(({ cell }) => cell === context.label);
  const lines: string[] = [];
  for (const frame of caller && caller.cell !== top.cell ? [top, caller] : [top]) {
    const place = `${frame.cell}:${frame.line}:${frame.column}`;
    lines.push(place);
    if (!context.framed.has(place)) lines.push(...codeFrame(frame.source, frame.line, frame.column));
    context.framed.add(place);
  }
  return lines;
}

/** AggregateError 里的各个错误。 */
function members(error: Error, context: Context): string[] {
  const { errors } = error as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  const shown = errors.slice(0, LISTED).flatMap((item, i) => {
    const [first, ...rest] = nested(item, context);
    return [`其中 ${i + 1}/${errors.length}：${first}`, ...rest];
  });
  if (errors.length > LISTED) shown.push(`其余 ${errors.length - LISTED} 个没有列出。`);
  return shown;
}

function causes(error: Error, context: Context): string[] {
  if (!("cause" in error) || error.cause === undefined) return [];
  const [first, ...rest] = nested(error.cause, context);
  return [`原因：${first}`, ...rest];
}

function nested(value: unknown, context: Context): string[] {
  try {
    if (context.told.has(value)) return ["（前面已经列出）"];
    if (!isError(value)) return [shorten(context.inspect(value))];
    if (context.told.size >= DEPTH + LISTED) return ["（更深的不再列出）"];
    return tell(value, context);
  } catch {
    return ["（无法显示）"];
  }
}

/** 错误自带的、消息里没有说到的属性，例如 code、path。 */
function extras(error: Error, evalue: string, { inspect }: Context): string {
  const known = new Set(["name", "message", "stack", "cause", "errors", "errno"]);
  const found: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    const value = safely<unknown>(() => (error as unknown as Record<string, unknown>)[key], undefined);
    if (known.has(key) || value === undefined || evalue.includes(String(safely(() => `${value}`, "\0"))))
      continue;
    found[key] = value;
  }
  if (Object.keys(found).length === 0) return "";
  const text = safely(() => inspect(found), "");
  return text.length > PROPERTIES ? `${text.slice(0, PROPERTIES)}…` : text;
}

function nameAndMessage(error: Error): { ename: string; evalue: string } {
  cleanMessage(error);
  const name = safely(() => String(error.name), "Error");
  const type = safely(() => String(error.constructor.name), name);
  // class MyError extends Error 没有自己设 name 时，类名更有用。
  const ename = name === "Error" && type !== "" && type !== "Object" ? type : name;
  return { ename, evalue: shorten(safely(() => plainNames(String(error.message)), "")) };
}

function read(error: Error, sources: CellSources): { lines: string[]; frames: CellFrame[] } {
  // 取一次 stack，V8 才会整理出原始的栈。
  const stack = safely(() => String(error.stack ?? ""), "");
  const message = safely(() => String(error.message), "");
  const at = stack.indexOf(message);
  return sources.read(rawStack(error) ?? (at < 0 ? stack : stack.slice(at + message.length)));
}

function shorten(text: string): string {
  return text.length > MESSAGE ? `${text.slice(0, MESSAGE)}…（共 ${text.length} 个字符）` : text;
}

/** 深递归的栈只留两头。 */
function ends(lines: string[]): string[] {
  if (lines.length <= 12) return lines;
  return [...lines.slice(0, 8), `    …（省略 ${lines.length - 11} 层）`, ...lines.slice(-3)];
}

function safely<T>(read: () => T, fallback: T): T {
  try {
    return read();
  } catch {
    return fallback;
  }
}
