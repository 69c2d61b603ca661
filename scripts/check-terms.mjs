// 用语：同一概念只用一种说法；术语不早于术语表写的那一章出现，那一章写成之后也真的讲到它。
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chapterOf, courseTexts, proseOf } from "./course-texts.mjs";

/** 不用的说法 → 该用的说法。 */
const synonyms = new Map([
  ["链式规则", "链式法则"],
  ["连锁法则", "链式法则"],
  ["海森矩阵", "黑塞矩阵"],
  ["海塞矩阵", "黑塞矩阵"],
  ["雅克比", "雅可比"],
  ["后向传播", "反向传播"],
  ["铰链", "合页"],
  ["伴随变量", "伴随值"],
  ["张量流", "TensorFlow"],
]);

/** 一段文字里不该用的说法：`{ index, wrong, right }`。 */
export function synonymProblems(text) {
  const problems = [];
  for (const [wrong, right] of synonyms) {
    const index = proseOf(text).indexOf(wrong);
    if (index >= 0) problems.push({ index, wrong, right });
  }
  return problems;
}

/**
 * 术语出现的次序。`chapters` 按章号排好，每章是 `{ number, cells: [{ cell, text }] }`。
 * 句子里写明“第 N 章”（先提一句、后面细讲）的不算早用，延伸阅读里的书名也不算；日常也用的词在表里标 `everyday`，
 * 恰好含有它的别的说法列在 `exclude` 里（“求一次梯度”不是“次梯度”）。
 */
export function termOrderProblems(terms, chapters) {
  const problems = [];
  for (const { term, also = [], chapter, everyday, exclude = [] } of terms) {
    if (everyday) continue;
    const forms = [term, ...also];
    const mentions = (sentence) => {
      const rest = exclude.reduce((text, other) => text.replaceAll(other, ""), sentence);
      return forms.some((form) => rest.includes(form));
    };
    const uses = chapters.flatMap(({ number, cells }) =>
      cells.flatMap(({ cell, text }) =>
        sentences(text)
          .filter((sentence) => mentions(sentence) && !/第\s*\d+\.\d+\s*章/.test(sentence))
          .map((sentence) => ({ number, cell, sentence })),
      ),
    );
    const early = uses.find(({ number }) => order(number) < order(chapter));
    if (early) problems.push({ term, chapter, kind: "早用", ...early });
    else if (
      chapters.some(({ number }) => number === chapter) &&
      !uses.some(({ number }) => number === chapter)
    )
      problems.push({ term, chapter, kind: "没讲", number: chapter, cell: null, sentence: "" });
  }
  return problems;
}

function order(number) {
  const [part, chapter] = number.split(".").map(Number);
  return part * 100 + chapter;
}

function sentences(text) {
  const body = text.replace(/^## 延伸阅读[\s\S]*?(?=^## |(?![\s\S]))/gm, "");
  return proseOf(body).split(/[。？；\n]/);
}

/** 用语全部合乎约定时是 true；不合的逐条打印。 */
export function checkTerms(root) {
  let ok = true;
  const complain = (message) => {
    ok = false;
    console.error(message);
  };
  const chapters = [];
  for (const { file, cells } of courseTexts(root)) {
    for (const { cell, text } of cells) {
      for (const { wrong, right } of synonymProblems(text))
        complain(`${file}${cell ? `：第 ${cell} 格` : ""}：出现“${wrong}”，本课程统一写“${right}”。`);
    }
    if (chapterOf(file) && file.startsWith("notebooks/")) chapters.push({ number: chapterOf(file), cells });
  }
  chapters.sort((a, b) => order(a.number) - order(b.number));
  const { terms } = JSON.parse(readFileSync(join(root, "notebooks", "glossary.json"), "utf8"));
  for (const { term, chapter, kind, number, cell, sentence } of termOrderProblems(terms, chapters)) {
    complain(
      kind === "早用"
        ? `术语“${term}”：术语表写首见第 ${chapter} 章，第 ${number} 章第 ${cell} 格已经用到：“${sentence.trim()}”。把表里的 chapter 改成真正讲它的章，或者在早用处注明“第 ${chapter} 章”。`
        : `术语“${term}”：术语表写首见第 ${chapter} 章，那一章的正文里却没有它。`,
    );
  }
  return ok;
}
