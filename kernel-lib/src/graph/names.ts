/**
 * 从函数的源代码里取参数名；解构的参数没有名字，是 null。
 * 只用来给图上的输入起名，认不出时另起名字，不会出错。
 */
export function parameterNames(f: (...args: any[]) => unknown): (string | null)[] {
  const source = String(f).trim();
  const single = /^(?:async\s+)?([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*=>/u.exec(source);
  if (single) return [single[1]!];
  const open = source.indexOf("(");
  if (open < 0) return [];
  return splitParameters(source.slice(open + 1)).map((p) => {
    const name = /^(?:\.\.\.)?([\p{ID_Start}$_][\p{ID_Continue}$]*)/u.exec(p.trim());
    return name ? name[1]! : null;
  });
}

/** 按最外层的逗号切开，到与开头配对的右括号为止；跳过字符串里的括号。 */
function splitParameters(source: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let current = "";
  let quote = "";
  for (const c of source) {
    if (quote) {
      if (c === quote) quote = "";
    } else if (c === '"' || c === "'" || c === "`") quote = c;
    else if (depth === 0 && (c === ")" || c === ",")) {
      if (current.trim()) parts.push(current);
      if (c === ")") return parts;
      current = "";
      continue;
    } else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    current += c;
  }
  return parts;
}
