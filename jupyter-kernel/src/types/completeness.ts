import { openings } from "./brackets.js";

export type Completeness = "complete" | "incomplete" | "invalid";

/** 没有写完的模板字符串、块注释。 */
const unterminated = new Set([1160, 1010]);

/** 接在后面试试的东西：表达式、类型、语句体、箭头函数的后半截…… */
const endings = [
  "",
  "0",
  "x",
  ": 0",
  "=> 0",
  "{}",
  "(){}",
  "= 0",
  "class {}",
  "from 'x'",
  "while (0)",
  "of x",
];

/**
 * 一段源码写完了没有。TypeScript 的错误都在末尾，就是没写完；错误在前面时（`(a: number,` 要读到 `=>`
 * 才知道是箭头函数），替它把括号合上、接上半截再看：接得通就是没写完，怎样都不通才是写错。
 */
export function completenessOf(
  code: string,
  parse: (code: string) => readonly { code: number; at: number }[],
): Completeness {
  const found = parse(code);
  if (found.length === 0) return /\b(?:const|let|var)\s*$/.test(code) ? "incomplete" : "complete";
  const { closers, broken } = openings(code);
  // 普通字符串断在行尾：换行之后不能续
  if (found.some((item) => item.code === 1002)) return "invalid";
  const end = code.trimEnd().length;
  if (found.every((item) => item.at >= end || unterminated.has(item.code))) return "incomplete";
  if (broken) return "invalid";
  for (const ending of endings) {
    const rest = `${ending} ${closers}`;
    for (const text of [`${code}\n${rest}`, `${code}\n${rest} => 0`, `${code}\n${rest} {}`])
      if (parse(text).length === 0) return "incomplete";
  }
  return "invalid";
}
