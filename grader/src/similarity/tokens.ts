import { parse } from "@babel/parser";

/** 归一化以后的一个记号，和它在原文里的位置。 */
export interface Token {
  text: string;
  start: number;
  end: number;
}

/** 改不了名的名字：换掉它们程序就变了。其余的名字一律看作同一个。 */
const FIXED = new Set(
  `Math Array Number Object Map Set JSON Infinity NaN undefined Promise Float64Array Float32Array
  abs max min sqrt exp log sign tanh sin cos pow hypot floor round length map reduce filter forEach fill from
  some every slice concat push keys values entries flat flatMap isFinite isNaN at with includes indexOf`
    .split(/\s+/)
    .filter(Boolean),
);

/**
 * 把代码写成归一化的记号：不看空白、注释、类型、分号，不看名字与字符串的内容，
 * `const`、`let`、`var` 不分。解析不了的代码按词法粗分。
 */
export function tokensOf(source: string): Token[] {
  try {
    const file = parse(source, {
      sourceType: "module",
      plugins: ["typescript"],
      tokens: true,
      errorRecovery: true,
      allowReturnOutsideFunction: true,
      allowAwaitOutsideFunction: true,
    });
    const types = typeRanges(file.program, source);
    let next = 0;
    return (file.tokens as BabelToken[]).flatMap((token) => {
      while (next < types.length && types[next]![1] <= token.start) next++;
      if (next < types.length && token.start >= types[next]![0]) return [];
      const text = normalise(token, source);
      return text === null ? [] : [{ text, start: token.start, end: token.end }];
    });
  } catch {
    return roughly(source);
  }
}

interface BabelToken {
  type: string | { label: string };
  value?: unknown;
  start: number;
  end: number;
}

function normalise({ type, start, end }: BabelToken, source: string): string | null {
  if (typeof type === "string") return null;
  const raw = source.slice(start, end);
  return word(type.label === "string" || type.label === "template" ? '"' : raw);
}

function word(raw: string): string | null {
  if (raw === "" || raw === ";") return null;
  if (/^["'`]/.test(raw)) return "s";
  if (/^(?:const|let|var)$/.test(raw)) return "var";
  if (/^[\p{ID_Start}$_]/u.test(raw)) return FIXED.has(raw) || KEYWORDS.has(raw) ? raw : "i";
  if (/^[\d.]*\d/.test(raw)) return String(Number(raw.replaceAll("_", "")));
  return raw;
}

const KEYWORDS = new Set(
  "return if else for while do break continue new typeof instanceof in of throw try catch finally function class extends switch case default await async yield null true false this delete void".split(
    " ",
  ),
);

/** 类型注解、接口、类型别名的范围，按位置排好、互不重叠。 */
function typeRanges(program: unknown, source: string): [start: number, end: number][] {
  const ranges: [number, number][] = [];
  const visit = (node: any): void => {
    if (Array.isArray(node)) {
      for (const item of node) visit(item);
      return;
    }
    if (typeof node !== "object" || node === null || typeof node.type !== "string") return;
    if (node.type === "TSNonNullExpression") {
      visit(node.expression);
      ranges.push([node.end - 1, node.end]);
      return;
    }
    if (node.type === "TSAsExpression" || node.type === "TSSatisfiesExpression") {
      visit(node.expression);
      const keyword = node.type === "TSAsExpression" ? "as" : "satisfies";
      ranges.push([source.lastIndexOf(keyword, node.typeAnnotation.start - 1), node.end]);
      return;
    }
    if (node.type.startsWith("TS")) {
      ranges.push([node.start, node.end]);
      return;
    }
    for (const key of Object.keys(node)) if (key !== "loc" && key !== "tokens") visit(node[key]);
  };
  visit(program);
  return ranges.sort((a, b) => a[0] - b[0]);
}

/** 解析不了时的粗分：字符串、名字、数、单个符号。 */
function roughly(source: string): Token[] {
  const tokens: Token[] = [];
  const pattern =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(["'`])(?:\\.|(?!\1)[^\\\n])*\1?|[\p{ID_Start}$_][\p{ID_Continue}$]*|\d[\w.]*|[^\s]/gu;
  for (const match of source.matchAll(pattern)) {
    if (/^\/[/*]/.test(match[0])) continue;
    const text = word(match[0]);
    if (text !== null) tokens.push({ text, start: match.index, end: match.index + match[0].length });
  }
  return tokens;
}
