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
  readonly #closers = new Map<number, string[]>();
  readonly #shifts: Shift[][] = [];

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

  /** 在 at 之前插入，属于到 at 为止的节点；内层节点先插。 */
  close(at: number, text: string): void {
    push(this.#closers, at, text);
  }

  /** 生成代码；prologue 接在第一行之前。 */
  render(prologue: string): string {
    const parts: string[] = [];
    let line: Shift[] = [];
    this.#shifts.length = 0;
    this.#shifts.push(line);
    let generated = 0;
    let column = 0;
    const insert = (text: string) => {
      parts.push(text);
      line.push({ from: generated, to: generated + text.length, original: column, inside: column });
      generated += text.length;
    };
    if (prologue) insert(prologue);
    for (let i = 0; i <= this.#chars.length; i++) {
      for (const text of this.#closers.get(i) ?? []) insert(text);
      for (const text of this.#openers.get(i) ?? []) insert(text);
      if (i === this.#chars.length) break;
      const char = this.#chars[i];
      parts.push(char);
      const crlf = char === "\r" && this.#chars[i + 1] === "\n";
      if (isNewline(char) && !crlf) {
        line = [];
        this.#shifts.push(line);
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
    return { line, column: result + 1 };
  }
}

function push(map: Map<number, string[]>, at: number, text: string): void {
  const list = map.get(at);
  if (list) list.push(text);
  else map.set(at, [text]);
}

export function isNewline(char: string): boolean {
  return char === "\n" || char === "\r" || char === "\u2028" || char === "\u2029";
}
