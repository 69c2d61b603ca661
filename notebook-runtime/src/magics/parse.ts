import { RuntimeError } from "../errors.js";
import { type MagicInfo, magicInfo, nearest } from "./table.js";

/** 单元格里的一个魔法命令；位置是源码里的 UTF-16 下标。 */
export interface MagicCall {
  info: MagicInfo;
  /** %% 开头。 */
  cell: boolean;
  /** %name? 要看说明。 */
  help: boolean;
  start: number;
  /** 这一行的末尾，不含换行。 */
  end: number;
  /** 选项之后的参数，去掉两头的空白。 */
  args: string;
  /** 参数是代码时，代码从这里开始。 */
  argsStart: number;
  /** -n 10 这样的选项；没有值的是空串。 */
  options: Record<string, string>;
}

/** 开头有魔法命令的单元格。 */
export interface MagicCell {
  source: string;
  /** 依次执行的行命令。 */
  lines: MagicCall[];
  /** 管着下面正文的格命令。 */
  cell?: MagicCall;
  /** 正文从这里开始。 */
  body: number;
}

const LINE = /^[ \t]*(%%?)([\p{L}_][\p{L}\w-]*)?(\??)(.*)$/u;

/**
 * 读出单元格开头（空行与 // 注释之后）的魔法命令；没有则是 null。TypeScript 的语句不会以 % 开头。
 *
 * @throws RuntimeError TIDU-RT-030 不认识的命令；TIDU-RT-031 用法不对
 */
export function readMagics(source: string): MagicCell | null {
  if (!source.includes("%")) return null;
  const found: MagicCell = { source, lines: [], body: 0 };
  for (let at = 0; at < source.length; ) {
    const end = lineEnd(source, at);
    const line = source.slice(at, end);
    if (line.trimStart().startsWith("%")) {
      const call = readCall(line, at, end);
      found.body = Math.min(source.length, end + 1);
      if (call.cell) {
        found.cell = call;
        break;
      }
      found.lines.push(call);
    } else if (line.trim() !== "" && !/^\s*\/\//.test(line)) break;
    at = end + 1;
  }
  return found.lines.length > 0 || found.cell ? found : null;
}

function lineEnd(source: string, at: number): number {
  const newline = source.indexOf("\n", at);
  return newline < 0 ? source.length : newline;
}

function readCall(line: string, at: number, end: number): MagicCall {
  const [, mark = "", name = "", question = "", rest = ""] = LINE.exec(line.replace(/\r$/, " ")) ?? [];
  const info = magicInfo(name);
  const cell = mark === "%%";
  if (!info) throw new RuntimeError("TIDU-RT-030", unknown(`${mark}${name}`, name));
  const help = question !== "" || rest.trim() === "?";
  const kind = cell ? info.cell?.args : info.line;
  if (!kind && !help) {
    const other = cell ? "%" : "%%";
    throw new RuntimeError("TIDU-RT-031", `${name} 只能写作 ${other}${name}。用法：${info.usage.join("；")}`);
  }
  const options: Record<string, string> = {};
  let start = at + line.length - rest.length;
  for (;;) {
    const option = /^\s+-([a-zA-Z])(?:\s*(\d+))?(?=\s|$)/.exec(line.slice(start - at));
    if (!option) break;
    options[option[1]] = option[2] ?? "";
    start += option[0].length;
  }
  const text = line.slice(start - at).trim();
  const args = kind === "code" ? text : text.replace(/\s*;$/, "");
  const argsStart = start + line.slice(start - at).length - line.slice(start - at).trimStart().length;
  return { info, cell, help, start: at + line.indexOf("%"), end, args, argsStart, options };
}

function unknown(written: string, name: string): string {
  const close = nearest(name);
  const hint = close ? `你是不是想写 ${magicInfo(close)?.line ? "%" : "%%"}${close}？` : "";
  return `不认识的魔法命令 ${written || "%"}。${hint}运行 %lsmagic 看全部命令。`;
}

/** 只留下 [start, end) 与另外几段，其余换成空格；换行不动，行列因此不变。 */
export function keep(source: string, ...ranges: [start: number, end: number][]): string {
  const blank = (text: string) => text.replace(/[^\r\n]/g, " ");
  let result = "";
  let at = 0;
  for (const [start, end] of ranges) {
    if (end <= start) continue;
    result += blank(source.slice(at, start)) + source.slice(start, end);
    at = end;
  }
  return result + blank(source.slice(at));
}

/** 一个行命令或格命令第一行里的代码；不是代码则是空的一段。 */
export function codeRange({ info, cell, help, argsStart, end }: MagicCall): [number, number] {
  const kind = cell ? info.cell?.args : info.line;
  return kind === "code" && !help ? [argsStart, end] : [end, end];
}

/** 正文是代码的那一段。 */
export function bodyRange({ cell, body, source }: MagicCell): [number, number] {
  return cell?.help || cell?.info.cell?.body === "text"
    ? [source.length, source.length]
    : [body, source.length];
}

/** 单元格里的 TypeScript：魔法命令与文字的正文换成空格，其余位置不变。类型检查、补全、执行都用它。 */
export function typescriptOf(source: string): string {
  let found: MagicCell | null;
  try {
    found = readMagics(source);
  } catch {
    // 还没写完的命令名：把那几行抹掉
    return source.replace(/^(?:\s*(?:\/\/.*)?\n)*(?:[ \t]*%.*(?:\n|$))+/, (text) => keep(text));
  }
  if (!found) return source;
  const calls = [...found.lines, ...(found.cell ? [found.cell] : [])];
  return keep(source, ...calls.map(codeRange), bodyRange(found));
}
