// 中文排版：标点全角半角、括号、省略号、空格、引号成对。只看正文，代码与公式不看。
import { chapterOf, courseTexts, lineAt, proseOf } from "./course-texts.mjs";

const han = "\\p{Script=Han}";
const wide = "，。、；：？！）】》」』”’（【《「『“‘";

/** 每条规则：名字、找到它的正则、该怎么写。 */
const rules = [
  {
    id: "半角标点",
    pattern: new RegExp(`(?<=[${han}）】》」』”])[,;:?!](?![\\w/])|(?<=[${han}])[,;?!](?=[${han}])`, "gu"),
    advice: "汉字后面用全角标点（，；：？）",
  },
  {
    id: "半角句号",
    pattern: new RegExp(`(?<=[${han}）」』”])\\.(?! \\[)(?=\\s|$)`, "gmu"),
    advice: "中文句子用“。”收尾",
  },
  {
    id: "半角括号",
    pattern: new RegExp(`(?<!\\])\\([^()\\n]*[${han}][^()\\n]*\\)`, "gu"),
    advice: "括着汉字的用全角括号（）",
  },
  {
    id: "重复标点",
    pattern: /[，、；：]{2,}|。{2,}|？{2,}|！{2,}|[，；：、]。|。[，；：、]/g,
    advice: "只留一个",
  },
  { id: "省略号", pattern: /(?<=\p{Script=Han})\.{2,}|(?<!…)…(?!…)|…{3,}|。{3,}/gu, advice: "写作“……”" },
  { id: "破折号", pattern: /(?<=\p{Script=Han})\s*(?:--+|—)\s*(?=\p{Script=Han})/gu, advice: "写作“——”" },
  { id: "感叹号", pattern: /！/g, advice: "本课程不用感叹号，用句号" },
  { id: "全角字母数字", pattern: /[\uFF10-\uFF19\uFF21-\uFF3A\uFF41-\uFF5A]/gu, advice: "写作半角" },
  {
    id: "标点旁的空格",
    pattern: new RegExp(`(?<=\\S) +[${wide.slice(0, 13)}]|[（【《「『“‘] +(?=\\S)`, "gu"),
    advice: "全角标点旁不留空格",
  },
  {
    id: "汉字间的空格",
    pattern: new RegExp(`(?<=[${han}]) +(?=[${han}])`, "gu"),
    advice: "汉字之间不留空格",
  },
];

/** 一段文字里的排版问题：`{ index, id, found, advice }`。 */
export function typographyProblems(text) {
  const prose = proseOf(text);
  const problems = [];
  for (const { id, pattern, advice } of rules) {
    for (const match of prose.matchAll(pattern)) {
      // 表格对齐用的空格不算
      if (id === "标点旁的空格" && /^\s*\|/.test(lineOf(prose, match.index))) continue;
      if (id === "汉字间的空格" && /^\s*[|#]/.test(lineOf(prose, match.index))) continue;
      problems.push({ index: match.index, id, found: match[0], advice });
    }
  }
  for (const paragraph of prose.matchAll(/(?:[^\n]|\n(?!\s*\n))+/g)) {
    for (const [open, close] of ["“”", "「」", "（）", "《》"]) {
      const count = (mark) => paragraph[0].split(mark).length - 1;
      if (count(open) !== count(close))
        problems.push({
          index: paragraph.index,
          id: "标点成对",
          found: `${open}${close}`,
          advice: `这一段里“${open}”有 ${count(open)} 个，“${close}”有 ${count(close)} 个`,
        });
    }
  }
  return problems.sort((a, b) => a.index - b.index);
}

function lineOf(text, index) {
  const start = text.lastIndexOf("\n", index - 1) + 1;
  const end = text.indexOf("\n", index);
  return text.slice(start, end < 0 ? undefined : end);
}

/** 课程的笔记本与说明文档全部没有排版问题时是 true；有就逐条打印。 */
export function checkTypography(root) {
  let ok = true;
  for (const { file, cells } of courseTexts(root)) {
    if (!chapterOf(file) && !/^(README|docs\/|notebooks\/|[a-z-]+\/README)/.test(file)) continue;
    for (const { cell, text } of cells) {
      for (const { index, id, found, advice } of typographyProblems(text)) {
        ok = false;
        const around = text.slice(Math.max(0, index - 12), index + found.length + 12).replace(/\n/g, " ");
        const where = cell === null ? "" : `第 ${cell} 格`;
        console.error(
          `${file}:${where}第 ${lineAt(text, index)} 行：${id}“${found}”，${advice}：…${around}…`,
        );
      }
    }
  }
  return ok;
}
