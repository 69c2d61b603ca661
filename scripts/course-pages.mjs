// 由课程本身生成的页面：notebooks/img/map.svg、notebooks/README.md 里的表、notebooks/errata.md。
// 运行它就更新；npm run check 用 checkCoursePages 核对。
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { chapterOf, courseTexts, proseOf } from "./course-texts.mjs";

const begin = "<!-- 以下由 scripts/course-pages.mjs 生成 -->";
const end = "<!-- 以上由 scripts/course-pages.mjs 生成 -->";

/** 每个生成的文件应有的内容：相对路径 → 文字。 */
export async function coursePages(root) {
  const book = (name) => import(pathToFileURL(join(root, "book", "dist", name)).href);
  const { course, chapterFile } = await book("course.js");
  const { courseMapSvg } = await book("course-map.js");
  const written = new Set();
  for (const { chapters, number } of course)
    chapters.forEach((_, index) => {
      const chapter = `${number}.${index + 1}`;
      if (existsSync(join(root, chapterFile(chapter)))) written.add(chapter);
    });
  const readme = readFileSync(join(root, "notebooks", "README.md"), "utf8");
  const table = chapterTable(root, course, chapterFile, written);
  return new Map([
    ["notebooks/img/map.svg", courseMapSvg((number) => written.has(number))],
    ["notebooks/README.md", replaceBlock(readme, table)],
    ["notebooks/errata.md", errata(root, course)],
  ]);
}

function replaceBlock(text, block) {
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`notebooks/README.md 里找不到“${begin}”与“${end}”两行`);
  return `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`;
}

/** 每一部一张表：章、先读哪几章、约需多久、练习几题。没写成的只列题目。 */
function chapterTable(root, course, chapterFile, written) {
  const link = (number, text) => `[${text}](${posix.relative("notebooks", chapterFile(number))})`;
  return course
    .map(({ number: part, title, chapters }) => {
      const rows = [];
      const planned = [];
      chapters.forEach((chapter, index) => {
        const number = `${part}.${index + 1}`;
        if (!written.has(number)) {
          planned.push(`${number} ${chapter.title}`);
          return;
        }
        const before = chapter.requires.map((other) => (written.has(other) ? link(other, other) : other));
        const { minutes, questions, exercise } = measure(root, chapterFile(number));
        const practice = exercise ? `[${questions} 题](${posix.join("..", exercise)})` : "—";
        rows.push(
          `| ${number} | ${link(number, chapter.title)} | ${before.join("、") || "—"} | ${minutes} 分钟 | ${practice} |`,
        );
      });
      const head = "| 章 | 题目 | 先读 | 约需 | 练习 |\n|---|---|---|---|---|\n";
      const table = rows.length > 0 ? `${head}${rows.join("\n")}\n\n` : "";
      const rest =
        planned.length > 0
          ? `${rows.length > 0 ? "还没有写成" : "都还没有写成"}：${planned.join("；")}。`
          : "";
      return `### 第 ${part} 部　${title}\n\n${table}${rest}`.trimEnd();
    })
    .join("\n\n");
}

/** 读完一章约需几分钟：每分钟三百字，每个代码单元格一分半，凑成五的倍数。 */
function measure(root, file) {
  const { cells } = JSON.parse(readFileSync(join(root, file), "utf8"));
  const text = cells
    .filter(({ cell_type: type }) => type === "markdown")
    .map(({ source }) => proseOf([source].flat().join("")))
    .join("");
  const characters = (text.match(/\p{Script=Han}/gu) ?? []).length;
  const code = cells.filter(({ cell_type: type }) => type === "code").length;
  const minutes = Math.max(5, Math.round((characters / 300 + code * 1.5) / 5) * 5);
  const exercise = file.replace(/^notebooks\//, "exercises/");
  if (!existsSync(join(root, exercise))) return { minutes, questions: 0, exercise: null };
  const practice = JSON.parse(readFileSync(join(root, exercise), "utf8"));
  const questions = practice.cells.filter(({ metadata }) => metadata?.tidu?.question).length;
  return { minutes, questions, exercise };
}

/** 各章的勘误框汇成一页，链接改成从 notebooks/ 出发的。 */
function errata(root, course) {
  const sections = [];
  for (const { file, cells } of [...courseTexts(root, join(root, "notebooks"))].sort(byChapter)) {
    const number = chapterOf(file);
    if (!number) continue;
    const [part, order] = number.split(".").map(Number);
    const title = course[part - 1].chapters[order - 1].title;
    for (const { text } of cells) {
      for (const [box] of text.matchAll(/(?:^>.*(?:\n|$))+/gm)) {
        const body = box.replace(/^> ?/gm, "").trim();
        const match = /^\*\*勘误[：:]?\s*(.*?)\*\*\s*/.exec(body);
        if (!match) continue;
        const here = posix.relative("notebooks", file);
        const rest = body
          .slice(match[0].length)
          .replace(/\]\(#/g, `](${here}#`)
          .replace(/\]\((?!https?:|#)([^)/]+\.ipynb)/g, `](${posix.dirname(here)}/$1`);
        sections.push(
          `## ${match[1]}\n\n见[第 ${number} 章　${title}](${here})，那里有证明它的代码。\n\n${rest.trim()}`,
        );
      }
    }
  }
  return `<!-- 由 scripts/course-pages.mjs 从各章的勘误框生成，不要手改 -->
# 勘误

这门课参考的资料里有些说法写错了，或者容易误会。每一条都在对应的章里用代码证明，这里汇总起来，共 ${sections.length} 条。

${sections.join("\n\n")}
`;
}

function byChapter(a, b) {
  const key = ({ file }) => {
    const [part = 0, order = 0] = (chapterOf(file) ?? "0.0").split(".").map(Number);
    return part * 100 + order;
  };
  return key(a) - key(b);
}

/** 生成的页面都是最新的时是 true；过时的逐个指出。 */
export async function checkCoursePages(root) {
  let ok = true;
  for (const [file, content] of await coursePages(root)) {
    const path = join(root, file);
    if (existsSync(path) && readFileSync(path, "utf8") === content) continue;
    ok = false;
    console.error(`${file} 过时了：运行 node scripts/course-pages.mjs`);
  }
  return ok;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  for (const [file, content] of await coursePages(root)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
    console.log(`已生成 ${file}`);
  }
}
