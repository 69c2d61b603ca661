import { openings } from "./types/brackets.js";

/** 没写完时下一行的缩进：照最后一行，它开了括号或没有写完一句就再进两格。 */
export function indentAfter(code: string): string {
  const { text } = openings(code);
  // 在模板字符串或块注释里，空格是内容
  if (text) return "";
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(last)![0];
  const deeper =
    opened(last) ||
    /(?:=>|[=+\-*/%&|?:,<>]|\b(?:else|do|try|finally|return))\s*$/.test(bare(last)) ||
    header.test(bare(last));
  if (!deeper) return indent;
  // 逗号之后与同伴对齐
  if (/,\s*$/.test(bare(last)) && !opened(last)) return indent;
  return `${indent}  `;
}

/** 后面还要跟语句的 if、for、while。 */
const header = /^\s*(?:\}\s*)?(?:else\s+)?(?:if|for|while)\b.*\)\s*$/;

/** 这一行里开的括号比合的多。 */
function opened(line: string): boolean {
  // 行首的右括号合的是前面的行
  return openings(line.replace(/^[\s)\]}]+/, "")).closers !== "";
}

/** 去掉行尾注释。 */
function bare(line: string): string {
  return line.replace(/\/\/.*$/, "");
}
