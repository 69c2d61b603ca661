import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { random } from "../random.js";
import { similarityPage, similarityText } from "./report.js";
import { similarityOf, type Work } from "./similarity.js";
import { tokensOf } from "./tokens.js";
import { sourceOf } from "./works.js";

const notebook = (tree: string) => {
  const path = new URL(`../../../${tree}/3-architectures/02-losses.ipynb`, import.meta.url);
  return sourceOf("x.ipynb", readFileSync(path));
};

/** 一段各人不同的程序：运算与次序由编号决定。 */
function original(n: number): string {
  const operators = ["+", "-", "*", "/"];
  const rng = random(n, "雷同");
  const next = (limit: number) => rng.integer(0, limit - 1);
  const lines = Array.from({ length: 30 }, (_, i) => {
    const terms = Array.from({ length: 2 + next(4) }, () => `x${next(9)} ${operators[next(4)]} ${next(90)}`);
    return next(3) === 0
      ? `if (x${next(9)} > ${next(50)}) total += ${terms.join(" - ")};`
      : `const v${i} = Math.max(${terms.join(", ")});`;
  });
  return `function f(x: number[]): number {\n${lines.join("\n")}\nreturn total;\n}`;
}

const work = (student: string, source: string): Work => ({ student, path: `${student}.ipynb`, source });

describe("雷同", () => {
  it("改名、改格式、加注释、去类型、换引号，记号不变", () => {
    const before = `function grad(e: number, delta: number): number {\n  const s: number = Math.abs(e); // 大小\n  return s <= delta ? e : (delta * Math.sign(e)) as number;\n}`;
    const after = `function grad(error,d){let size=Math.abs(error)\n/* 抄 */ return size<=d?error:(d*Math.sign(error))}`;
    assert.deepEqual(
      tokensOf(before).map(({ text }) => text),
      tokensOf(after).map(({ text }) => text),
    );
    assert.ok(tokensOf("这 不是 代码 ((( `").length > 0, "解析不了也分得出记号");
  });

  it("抄了以后改名重排的找得到、连成群；各写各的、只有模板的不算", () => {
    const template = notebook("exercises");
    const copied = original(1);
    const disguised = copied
      .replace(/\bv(\d+)/g, "值$1")
      .replace(/\n/g, " // 说明\n\n")
      .replace("number[]", "Float64Array");
    const others = Array.from({ length: 20 }, (_, i) =>
      work(`独立${i}`, `${template}\n${original(100 + i)}`),
    );
    const result = similarityOf(
      [
        ...others,
        work("甲", `${template}\n${copied}`),
        work("乙", `${disguised}\n${template}`),
        work("丙", `${template}\n${original(50)}\n${copied}`),
        work("白卷1", template),
        work("白卷2", template),
      ],
      template,
    );
    assert.deepEqual(
      result.clusters.map((cluster) => cluster.map((x) => result.works[x]!.student)),
      [["甲", "乙", "丙"]],
    );
    assert.equal(result.pairs.length, 3);
    assert.ok(result.pairs[0]!.percent >= 95);
    assert.match(similarityText("作业", result), /第 1 群（3 份）：甲、乙、丙/);
    const html = similarityPage([["作业", result]]);
    assert.match(html, /<mark>/);
    assert.match(html, /甲 ↔ 乙/);
  });

  it("同一个学生交的两次不算；几百份里找得出那一对", () => {
    const many = Array.from({ length: 400 }, (_, i) => work(`学生${i}`, original(i)));
    many.push(work("学生7", original(7)), work("抄的人", original(234)));
    const { pairs, works } = similarityOf(many, "", 80);
    assert.deepEqual(
      pairs.map(({ a, b }) => [works[a]!.student, works[b]!.student]),
      [["学生234", "抄的人"]],
    );
  });
});
