import type { Position } from "./types.js";

interface Shift {
  /** 生成代码里的列（从 0 起），插入文本的起点与终点。 */
  from: number;
  to: number;
  /** 终点对应的源码列。 */
  original: number;
  /** 插入文本本身对应的源码列。 */
  inside: number;
}

/**
 * 对源码的一组改动。换行从不增减，所以行号不变；列的移动记在表里，
 * 用 original() 换算回去，不需要 source map。
 */
export class Edits {
  readonly source: string;
  readonly #chars: string[];
  readonly #openers = new Map<number, string[]>();
  readonly #closers = new Map<number, { text: string; means: number }[]>();
  readonly #shifts: Shift[][] = [];
  readonly #aliases = new Map<number, number>();
  #lineStarts: number[] = [];

  constructor(source: string) {
    this.source = source;
    this.#chars = source.split("");
  }

  /** 换成空格，换行保留。 */
  blank(start: number, end: number): void {
    for (let i = start; i < end; i++) if (!isNewline(this.#chars[i])) this.#chars[i] = " ";
  }

  /** 换成一段不含换行的文本。 */
  replace(start: number, end: number, text: string): void {
    this.#chars[start] = text;
    for (let i = start + 1; i < end; i++) this.#chars[i] = "";
  }

  /** 改写一个字符。 */
  put(at: number, text: string): void {
    this.#chars[at] = text;
  }

  /** 在 at 之前插入，属于从 at 开始的节点；外层节点先插。 */
  open(at: number, text: string): void {
    push(this.#openers, at, text);
  }

  /** 在 at 之前插入，属于到 at 为止的节点；内层节点先插。引擎报告插入处的位置时，指的是 means。 */
  close(at: number, text: string, means = at): void {
    push(this.#closers, at, { text, means });
  }

  /** 引擎报告的位置 from 其实指的是 to。 */
  alias(from: number, to: number): void {
    this.#aliases.set(from, to);
  }

  /** 生成代码；prologue 接在第一行之前。 */
  render(prologue: string): string {
    const parts: string[] = [];
    let line: Shift[] = [];
    this.#shifts.length = 0;
    this.#shifts.push(line);
    this.#lineStarts = [0];
    let generated = 0;
    let column = 0;
    const insert = (text: string, back = 0) => {
      parts.push(text);
      line.push({ from: generated, to: generated + text.length, original: column, inside: column - back });
      generated += text.length;
    };
    if (prologue) insert(prologue);
    for (let i = 0; i <= this.#chars.length; i++) {
      for (const { text, means } of this.#closers.get(i) ?? []) insert(text, i - means);
      for (const text of this.#openers.get(i) ?? []) insert(text);
      if (i === this.#chars.length) break;
      const char = this.#chars[i];
      parts.push(char);
      const crlf = char === "\r" && this.#chars[i + 1] === "\n";
      if (isNewline(char) && !crlf) {
        line = [];
        this.#shifts.push(line);
        this.#lineStarts.push(i + 1);
        generated = 0;
        column = 0;
      } else {
        if (char.length !== 1) {
          line.push({ from: generated, to: generated + char.length, original: column + 1, inside: column });
        }
        generated += char.length;
        column += 1;
      }
    }
    return parts.join("");
  }

  /** 生成代码的位置 → 源码的位置；行列都从 1 起数。 */
  original(line: number, column: number): Position {
    const shifts = this.#shifts[line - 1] ?? [];
    const at = column - 1;
    let result = at;
    for (const shift of shifts) {
      if (at < shift.from) break;
      result = at < shift.to ? shift.inside : shift.original + (at - shift.to);
    }
    const start = this.#lineStarts[line - 1] ?? 0;
    const alias = this.#aliases.get(start + result);
    return alias === undefined ? { line, column: result + 1 } : this.#position(alias);
  }

  #position(at: number): Position {
    const line = this.#lineStarts.findLastIndex((start) => start <= at);
    return { line: line + 1, column: at - this.#lineStarts[line] + 1 };
  }
}

function push<T>(map: Map<number, T[]>, at: number, item: T): void {
  const list = map.get(at);
  if (list) list.push(item);
  else map.set(at, [item]);
}

export function isNewline(char: string): boolean {
  return char === "\n" || char === "\r" || char === "\u2028" || char === "\u2029";
}
