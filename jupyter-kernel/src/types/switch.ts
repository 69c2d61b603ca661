/** 首行（空行、注释与魔法命令之间）写着 `// @ts-nocheck` 的单元格不查类型。 */
export function skipsCheck(code: string): boolean {
  for (const raw of code.split("\n")) {
    const line = raw.trim();
    if (/^\/\/\s*@ts-nocheck\b/.test(line)) return true;
    if (line !== "" && !line.startsWith("//") && !line.startsWith("%")) return false;
  }
  return false;
}
