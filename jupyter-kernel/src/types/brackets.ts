/** 源码末尾还开着的东西。 */
export interface Openings {
  /** 依次合上它们要写的字符 */
  closers: string;
  /** 有对不上的右括号 */
  broken: boolean;
  /** 末尾在模板字符串或块注释里：下一行的缩进是内容，不能替人加 */
  text: boolean;
}

const pairs: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** 数括号：认得字符串、模板字符串（里面可以再有代码）、注释与正则。 */
export function openings(code: string): Openings {
  const stack: string[] = [];
  let broken = false;
  /** 上一个有意义的字符：决定斜杠是除号还是正则 */
  let last = "";
  let at = 0;
  while (at < code.length) {
    const char = code[at]!;
    if (stack.at(-1) === "`") {
      if (char === "\\") at++;
      else if (char === "`") stack.pop();
      else if (char === "$" && code[at + 1] === "{") {
        stack.push("}");
        at++;
      }
      last = char;
      at++;
      continue;
    }
    if (char === "/" && (code[at + 1] === "/" || code[at + 1] === "*")) {
      const line = code[at + 1] === "/";
      const close = code.indexOf(line ? "\n" : "*/", at + 2);
      if (close < 0 && !line) return { closers: `*/${finish(stack)}`, broken, text: true };
      at = close < 0 ? code.length : close + (line ? 0 : 2);
      continue;
    }
    if (char === "'" || char === '"') at = stringEnd(code, at);
    else if (char === "/" && /[(,=:[!&|?{};+\-*%~^<>]|^$/.test(last)) at = stringEnd(code, at);
    else if (char === "`") stack.push("`");
    else if (pairs[char]) stack.push(pairs[char]);
    else if (char === ")" || char === "]" || char === "}") {
      if (stack.pop() !== char) broken = true;
    }
    if (!/\s/.test(char)) last = char;
    at++;
  }
  return { closers: finish(stack), broken, text: stack.at(-1) === "`" };
}

function finish(stack: readonly string[]): string {
  return [...stack].reverse().join("");
}

/** 字符串或正则的最后一个字符；没有写完就到行尾。 */
function stringEnd(code: string, start: number): number {
  const quote = code[start]!;
  let inClass = false;
  for (let at = start + 1; at < code.length; at++) {
    const char = code[at]!;
    if (char === "\\") at++;
    else if (char === "\n") return at - 1;
    else if (quote === "/" && char === "[") inClass = true;
    else if (quote === "/" && char === "]") inClass = false;
    else if (char === quote && !inClass) return at;
  }
  return code.length;
}
