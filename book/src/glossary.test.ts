import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { course } from "./course.js";
import { parseGlossary, termFinder } from "./glossary.js";

const entry = (term: string, also?: string[]) => ({
  term,
  en: "x",
  meaning: "y",
  chapter: "1.1",
  ...(also ? { also } : {}),
});
const text = (...terms: unknown[]) => JSON.stringify({ version: 1, terms });

describe("术语表", () => {
  it("真的术语表读得出，章号都在课程地图里", async () => {
    const path = fileURLToPath(new URL("../../notebooks/glossary.json", import.meta.url));
    const terms = parseGlossary(await readFile(path, "utf8"), path);
    assert.ok(terms.length >= 40);
    for (const { term, chapter } of terms) {
      const [part, order] = chapter.split(".").map(Number);
      assert.ok(course[part! - 1]?.chapters[order! - 1], `${term} 的章号 ${chapter} 不在课程地图里`);
    }
  });

  it("指出哪一条缺什么、哪个写法重复", () => {
    assert.throws(() => parseGlossary("{", "g.json"), {
      id: "TIDU-BOOK-004",
      message: /g\.json.*不是合法的 JSON/,
    });
    assert.throws(() => parseGlossary("[]", "g.json"), { message: /最外层应是/ });
    assert.throws(() => parseGlossary(text(entry("甲"), { term: "乙", en: "b" }), "g"), {
      message: /第 2 条（乙）缺 meaning/,
    });
    assert.throws(() => parseGlossary(text(entry("甲"), entry("乙", ["甲"])), "g"), {
      message: /「甲」已经在前面出现过/,
    });
  });

  it("长的写法优先，西文看词边界，同义写法归同一条", () => {
    const finder = termFinder(
      parseGlossary(text(entry("雅可比矩阵", ["雅可比"]), entry("C++"), entry("VJP")), "g"),
    );
    assert.deepEqual(
      finder.find("雅可比矩阵与雅可比，VJPs、VJP 与 C++").map((match) => [match.text, match.term.term]),
      [
        ["雅可比矩阵", "雅可比矩阵"],
        ["雅可比", "雅可比矩阵"],
        ["VJP", "VJP"],
        ["C++", "C++"],
      ],
    );
    assert.deepEqual(termFinder([]).find("梯度"), []);
  });
});
