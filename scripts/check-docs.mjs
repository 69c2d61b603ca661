// 文档与笔记本里的相对链接要能打开。
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { courseTexts } from "./course-texts.mjs";

/** 返回是否全部通过；不通过的逐条打印。 */
export function checkDocs(root) {
  let ok = true;
  for (const { file, cells } of courseTexts(root)) {
    for (const { text } of cells) {
      const prose = text.replace(/```[\s\S]*?```/g, "").replace(/`[^`\n]*`/g, "");
      for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^(https?:|mailto:|#|attachment:)/.test(target)) continue;
        const path = decodeURI(target.split("#")[0]);
        if (!path || existsSync(join(root, dirname(file), path))) continue;
        ok = false;
        console.error(`${file}：链接指向不存在的文件：${target}`);
      }
    }
  }
  return ok;
}
