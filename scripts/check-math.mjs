// 公式都排得出：用书自己的 Markdown 渲染一遍，收集 KaTeX 认不得的。
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chapterOf, courseTexts } from "./course-texts.mjs";

/** 课程里的公式全部排得出时是 true；排不出的逐条打印。 */
export async function checkMath(root) {
  const book = (name) => import(pathToFileURL(join(root, "book", "dist", name)).href);
  const { createMarkdown } = await book("markdown.js");
  const { emptyEnv } = await book("chapter.js");
  const { termFinder } = await book("glossary.js");
  const markdown = createMarkdown((code) => code);
  let ok = true;
  for (const { file, cells } of courseTexts(root)) {
    if (!chapterOf(file) && !file.startsWith("notebooks/")) continue;
    for (const { cell, text } of cells) {
      const report = (id, message) => {
        if (id !== "TIDU-BOOK-103") return;
        ok = false;
        console.error(`${file}${cell === null ? "" : `：第 ${cell} 格`}：${message}`);
      };
      markdown.render(text, { ...emptyEnv("a/b.html", termFinder([])), report });
    }
  }
  return ok;
}
