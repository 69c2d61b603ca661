// 文档与笔记本里的相对链接要能打开；用语要统一。
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** 不用的说法 → 该用的说法。 */
const synonyms = new Map([
  ["链式规则", "链式法则"],
  ["连锁法则", "链式法则"],
  ["海森矩阵", "黑塞矩阵"],
  ["海塞矩阵", "黑塞矩阵"],
  ["雅克比", "雅可比"],
  ["后向传播", "反向传播"],
  ["铰链", "合页"],
]);

function* texts(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || ["node_modules", "dist", "site"].includes(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) yield* texts(path);
    else if (entry.name.endsWith(".md")) yield { path, text: readFileSync(path, "utf8") };
    else if (entry.name.endsWith(".ipynb") && !path.includes("fixtures")) {
      const { cells = [] } = JSON.parse(readFileSync(path, "utf8"));
      const text = cells
        .filter((c) => c.cell_type === "markdown")
        .map((c) => [c.source].flat().join(""))
        .join("\n\n");
      yield { path, text };
    }
  }
}

/** 返回是否全部通过；不通过的逐条打印。 */
export function checkDocs(root) {
  let ok = true;
  const complain = (path, message) => {
    ok = false;
    console.error(`${relative(root, path)}：${message}`);
  };
  for (const { path, text } of texts(root)) {
    for (const [wrong, right] of synonyms) {
      if (text.includes(wrong)) complain(path, `出现“${wrong}”，本课程统一写“${right}”。`);
    }
    const prose = text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?:|mailto:|#|attachment:)/.test(target)) continue;
      const file = decodeURI(target.split("#")[0]);
      if (file && !existsSync(join(dirname(path), file))) complain(path, `链接指向不存在的文件：${target}`);
    }
  }
  return ok;
}
