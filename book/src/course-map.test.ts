import assert from "node:assert/strict";
import { chapterFile, course, plannedChapter } from "./course.js";
import { courseMapSvg } from "./course-map.js";

const numbers = course.flatMap(({ number, chapters }) =>
  chapters.map((_, index) => `${number}.${index + 1}`),
);

describe("课程地图", () => {
  it("先修章都在地图里，而且不成环", () => {
    const seen = new Map<string, "doing" | "done">();
    const visit = (number: string): void => {
      assert.notEqual(seen.get(number), "doing", `${number} 经过先修关系绕回了自己`);
      if (seen.has(number)) return;
      seen.set(number, "doing");
      for (const before of plannedChapter(number)!.requires) {
        assert.ok(plannedChapter(before), `${number} 的先修章 ${before} 不在地图里`);
        visit(before);
      }
      seen.set(number, "done");
    };
    numbers.forEach(visit);
    assert.equal(numbers.length, 55);
  });

  it("章号与文件互相对应", () => {
    assert.equal(chapterFile("3.2"), "notebooks/3-architectures/02-losses.ipynb");
    assert.equal(chapterFile("9.1"), undefined);
    assert.equal(plannedChapter("1.99"), undefined);
  });

  it("每章一个框，每条先修一个箭头，先修的画在左边；写成的才有链接", () => {
    const svg = courseMapSvg(
      (number) => number === "1.1",
      (number) => (number === "1.1" ? "a.html" : undefined),
    );
    assert.equal(svg.match(/<text x=/g)!.length, 55);
    const edges = [...svg.matchAll(/class="edge"[^>]*d="M([\d.]+) [^"]* ([\d.]+) [\d.]+"/g)];
    assert.equal(edges.length, numbers.flatMap((number) => plannedChapter(number)!.requires).length);
    for (const [, from, to] of edges) assert.ok(Number(from) < Number(to));
    assert.equal(svg.match(/<a href="a\.html">/g)!.length, 1);
    assert.equal(svg.match(/class="written"/g)!.length, 1);
  });
});
