// 课程与文档里的文字：哪些文件、哪一章、去掉代码与公式之后剩下什么。各项文字检查共用。
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const skipped = new Set(["node_modules", "dist", "site", "test-results"]);

/** 仓库里的 Markdown 文件与笔记本。笔记本按单元格给出，cell 从 1 数；Markdown 文件只有一段，cell 是 null。 */
export function* courseTexts(root, dir = root) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || skipped.has(entry.name)) continue;
    const path = join(dir, entry.name);
    const file = relative(root, path).replaceAll("\\", "/");
    if (entry.isDirectory()) yield* courseTexts(root, path);
    else if (entry.name.endsWith(".md"))
      yield { file, cells: [{ cell: null, text: readFileSync(path, "utf8") }] };
    else if (entry.name.endsWith(".ipynb") && !file.includes("fixtures")) {
      const { cells = [] } = JSON.parse(readFileSync(path, "utf8"));
      yield {
        file,
        cells: cells
          .map((cell, index) => ({ ...cell, cell: index + 1 }))
          .filter((cell) => cell.cell_type === "markdown")
          .map(({ cell, source }) => ({ cell, text: [source].flat().join("") })),
      };
    }
  }
}

/** 章号，如 "3.2"；不是课程里的一章时是 null。 */
export function chapterOf(file) {
  const match = /^(?:notebooks|exercises|solutions)\/(\d+)-[^/]*\/(\d+)-[^/]*\.ipynb$/.exec(file);
  return match && `${Number(match[1])}.${Number(match[2])}`;
}

/** 去掉代码、公式、HTML 标签与链接的地址，位置保持不变（用 · 顶替公式与代码，其余用空格）。 */
export function proseOf(text) {
  const blank = (filler) => (match) => match.replace(/[^\n]/g, filler);
  return text
    .replace(/^([ \t>]*)(```|~~~)[\s\S]*?^[ \t>]*\2[^\n]*$/gm, blank(" "))
    .replace(/(`+)[^`][\s\S]*?\1/g, blank("·"))
    .replace(/\$\$[\s\S]*?\$\$/g, blank("·"))
    .replace(/\$[^$\n]+\$/g, blank("·"))
    .replace(/<!--[\s\S]*?-->/g, blank(" "))
    .replace(/<\/?[a-zA-Z][^>\n]*>/g, blank(" "))
    .replace(/(?<=\])\([^)\s]*(?:\s+"[^"]*")?\)/g, blank("·"))
    .replace(/https?:\/\/[^\s）)]+/g, blank("·"));
}

/** 第 index 个字符在第几行，从 1 数。 */
export function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}
