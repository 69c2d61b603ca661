/** `%types on|off` 与首行 `// @ts-nocheck` 的解读结果。 */
export interface Directives {
  /** 去掉魔法行之后的源码；行数不变，报错的行号因此不动 */
  code: string;
  /** 这一格之后整个笔记本的开关；undefined 表示不变 */
  notebook?: boolean;
  /** 这一格自己要不要检查；undefined 表示照笔记本的开关 */
  cell?: boolean;
  /** 不认识的魔法命令 */
  unknown?: string;
}

/** 单元格开头（空行与注释之后）的 `%` 行是魔法命令，TypeScript 里不会有这样的语句。 */
export function readDirectives(code: string): Directives {
  const lines = code.split("\n");
  const result: Directives = { code };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim();
    if (/^\/\/\s*@ts-nocheck\b/.test(line)) result.cell = false;
    if (line === "" || line.startsWith("//")) continue;
    if (!line.startsWith("%")) break;
    const magic = /^%types\s+(on|off)\s*;?$/.exec(line);
    if (magic) result.notebook = magic[1] === "on";
    else result.unknown ??= line;
    lines[at] = "";
  }
  result.code = lines.join("\n");
  return result;
}
