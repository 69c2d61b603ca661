import assert from "node:assert/strict";
import { gradeClass } from "../class/class.js";
import { loadProse } from "../report/prose.js";
import { fakeClass, fakeJudge } from "../testing/fake-class.js";
import { statisticsPage } from "./html.js";
import { type Sheet, statisticsOf } from "./statistics.js";
import { statisticsText } from "./text.js";

describe("统计", () => {
  let sheets: Sheet[];
  before(async () => {
    const placed = await gradeClass(fakeClass(60), { grade: fakeJudge(0), seed: 4, jobs: 3 });
    sheets = placed.map(({ settled }) => (settled.kind === "graded" ? settled.graded.questions : null));
  });

  it("各项数目与逐份数出来的相同，与次序无关", () => {
    const statistics = statisticsOf(sheets);
    const graded = sheets.filter((sheet) => sheet !== null);
    assert.equal(statistics.students, 60);
    assert.equal(statistics.refused, 60 - graded.length);
    assert.equal(
      statistics.distribution.reduce((sum, x) => sum + x, 0),
      graded.length,
    );
    const totals = graded.map((sheet) => sheet.reduce((sum, { score }) => sum + score, 0));
    assert.equal(statistics.distribution[9], totals.filter((total) => total === 6).length);
    for (const { id, verdicts, rate } of statistics.questions) {
      const right = graded.filter((sheet) => sheet.find((one) => one.id === id)?.verdict === "right").length;
      assert.equal(verdicts.right, right);
      assert.ok(Math.abs(rate - right / graded.length) < 1e-12);
    }
    const diagnosed = graded.flat().filter(({ diagnosis }) => diagnosis !== null).length;
    assert.equal(
      statistics.mistakes.reduce((sum, { count }) => sum + count, 0),
      diagnosed,
    );
    const wrong = graded.flat().filter(({ failed }) => failed["left"] !== undefined).length;
    assert.equal(
      statistics.branches.reduce((sum, { count }) => sum + count, 0),
      wrong,
    );
    const reversed = statisticsOf([...sheets].reverse());
    assert.deepEqual({ ...reversed, questions: [] }, { ...statistics, questions: [] });
  });

  it("文字与网页：空班也写得出；网页没有脚本，不引用别的文件，文字转义", () => {
    assert.match(statisticsText("作业", statisticsOf([])), /0 份/);
    const html = statisticsPage([
      ["<作业>", statisticsOf(sheets)],
      ["空", statisticsOf([])],
    ]);
    assert.match(html, /&#60;作业&#62;/);
    assert.doesNotMatch(html, /<script|src=|href="http/);
    assert.doesNotMatch(html, /NaN|undefined/);
  });

  it("公式写成 MathML，其余转义", async () => {
    const prose = await loadProse();
    assert.match(prose("取 $\\delta$ 与 `a<b`，<b>"), /<math.*δ.*<code>a&#60;b<\/code>，&#60;b&#62;/s);
  });
});
