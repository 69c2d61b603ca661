import type { Declarations } from "./declarations.js";

export type Primitive = "number" | "string";

/** 一个浅显的单元格：不问 TypeScript 也知道它没有类型错误。 */
export interface PlainCell {
  /** 用到的、前面单元格的名字 */
  used: Set<string>;
  declarations: Declarations;
  /** 它声明的名字的类型 */
  types: Map<string, Primitive>;
}

/**
 * 单元格只由 `const x = …`、`let x = …` 与表达式组成，表达式只有数与字符串的字面量、
 * 类型已知的名字、括号、+ - * / %，而且两边的类型合得上：这样的程序在默认的编译选项下没有任何诊断。
 * 不在这个范围里、或有一点拿不准的，返回 undefined，交给 TypeScript。
 *
 * @param known 前面的浅显单元格声明的名字与类型
 */
export function readPlain(code: string, known: ReadonlyMap<string, Primitive>): PlainCell | undefined {
  try {
    return new Reader(code, known).read();
  } catch (error) {
    if (error === unsure) return undefined;
    throw error;
  }
}

const unsure = new Error("交给 TypeScript");

/** 空白、数、名字、没有转义的字符串、运算符；注释、`--`、`**`、`1.`、`0x1` 之类都不认。 */
const token =
  /[ \t\r\n]*(?:(?<number>(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?)(?![\w$.])|(?<name>[a-z][A-Za-z0-9]*)(?![\w$])|(?<text>"[^"\\\r\n\u2028\u2029]*"|'[^'\\\r\n\u2028\u2029]*')|(?<mark>[+\-*/%()=;])(?![+\-*/%=>])|(?<end>$))/uy;

/** 不能当变量名、或当了变量名会有特别含义的词。 */
const reserved = new Set(
  "abstract accessor any arguments as assert asserts async await bigint boolean break case catch class const constructor continue debugger declare default defer delete do else enum eval export exports extends false finally for from function get global globalThis if implements import in infer instanceof interface intrinsic is keyof let module namespace never new null number object of out override package private protected public readonly require return satisfies set static string super switch symbol this throw true try type typeof undefined unique unknown using var void while with yield".split(
    " ",
  ),
);

class Reader {
  readonly #code: string;
  readonly #known: ReadonlyMap<string, Primitive>;
  readonly #own = new Map<string, Primitive>();
  readonly #used = new Set<string>();
  readonly #mutable = new Map<string, boolean>();
  #at = 0;
  #kind = "";
  #text = "";
  /** 当前记号之前有没有换行 */
  #newline = false;

  constructor(code: string, known: ReadonlyMap<string, Primitive>) {
    this.#code = code;
    this.#known = known;
  }

  read(): PlainCell {
    this.#next();
    while (this.#kind !== "end") {
      if (!this.#take(";")) this.#statement();
    }
    // 先用了前面的同名变量，再声明自己的：TypeScript 会说在声明之前使用
    for (const name of this.#own.keys()) if (this.#used.has(name)) throw unsure;
    const declarations = { names: this.#mutable, exported: new Set<string>(), augments: false };
    return { used: this.#used, declarations, types: this.#own };
  }

  #statement(): void {
    const word = this.#text;
    if (this.#kind === "name" && (word === "const" || word === "let")) {
      this.#next();
      const name = this.#text;
      if (this.#kind !== "name" || reserved.has(name) || this.#own.has(name)) throw unsure;
      this.#next();
      this.#expect("=");
      const type = this.#sum();
      this.#own.set(name, type);
      this.#mutable.set(name, word === "let");
    } else this.#sum();
    if (this.#take(";") || this.#kind === "end") return;
    // 省略分号：下一行的开头不能是接得上来的符号
    if (!this.#newline || this.#kind === "mark") throw unsure;
  }

  #sum(): Primitive {
    let left = this.#product();
    for (;;) {
      if (this.#take("+")) left = this.#product() === "string" || left === "string" ? "string" : "number";
      else if (this.#take("-")) left = both(left, this.#product());
      else return left;
    }
  }

  #product(): Primitive {
    let left = this.#operand();
    while (this.#take("*") || this.#take("/") || this.#take("%")) left = both(left, this.#operand());
    return left;
  }

  #operand(): Primitive {
    if (this.#take("-") || this.#take("+")) return both("number", this.#operand());
    if (this.#take("(")) {
      const type = this.#sum();
      this.#expect(")");
      return type;
    }
    const { kind, text } = { kind: this.#kind, text: this.#text };
    this.#next();
    if (kind === "number") return "number";
    if (kind === "text") return "string";
    if (kind !== "name" || reserved.has(text)) throw unsure;
    const own = this.#own.get(text);
    if (own) return own;
    const type = this.#known.get(text);
    if (!type) throw unsure;
    this.#used.add(text);
    return type;
  }

  #next(): void {
    token.lastIndex = this.#at;
    const match = token.exec(this.#code);
    if (!match) throw unsure;
    const found = Object.entries(match.groups!).find(([, text]) => text !== undefined)!;
    [this.#kind, this.#text] = found as [string, string];
    this.#newline = match[0].length > this.#text.length && /[\r\n]/.test(match[0]);
    this.#at = token.lastIndex;
  }

  #take(mark: string): boolean {
    if (this.#kind !== "mark" || this.#text !== mark) return false;
    this.#next();
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw unsure;
  }
}

function both(left: Primitive, right: Primitive): Primitive {
  if (left !== "number" || right !== "number") throw unsure;
  return "number";
}
