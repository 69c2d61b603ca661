import assert from "node:assert/strict";
import { gradeIntoGradebook } from "../class/class.js";
import { Gradebook } from "../gradebook/gradebook.js";
import type { Entry } from "../gradebook/records.js";
import { fakeClass, fakeJudge } from "../testing/fake-class.js";
import { csvCell, gradesCsv, nbgraderCsv } from "./csv.js";
import { gradescopeResults } from "./gradescope.js";

describe("导出", () => {
  let entries: Entry[];
  before(async () => {
    const gradebook = await Gradebook.open(":memory:");
    const run = await gradebook.run({ seed: 2 });
    await gradeIntoGradebook(fakeClass(30), gradebook, run, { grade: fakeJudge(0), jobs: 2 });
    await gradebook.setPolicy("", { deadline: 1_700_000_000_000 + 15 * 60_000, perDay: 25 });
    entries = await gradebook.entries();
    await gradebook.close();
  });

  it("CSV：公式注入、引号、换行都拦住；数照旧是数", () => {
    assert.equal(csvCell('=HYPERLINK("http://x")'), `"'=HYPERLINK(""http://x"")"`);
    for (const text of ["+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1"]) assert.match(csvCell(text), /^"'/);
    assert.equal(csvCell(-1.5), "-1.5");
    assert.equal(csvCell("张三, 甲"), '"张三, 甲"');
    assert.equal(csvCell("a\nb"), '"a\nb"');
    assert.equal(csvCell("张三"), "张三");
  });

  it("CSV：一人一行，每题一列，迟交写明；要 BOM 就有", () => {
    const lines = gradesCsv(entries).trimEnd().split("\r\n");
    assert.equal(lines.length, 31);
    assert.match(lines[0]!, /^学生,作业,得分,满分,原始分.*demo\.batch,demo\.grad,demo\.value$/);
    const late = lines.find((line) => line.startsWith("学生0020,"))!.split(",");
    const [, , final, , raw, days, percent] = late;
    assert.deepEqual([days, percent, Number(final)], ["1", "25", Number(raw) * 0.75]);
    assert.ok(gradesCsv(entries, { bom: true }).startsWith("\ufeff学生"));
  });

  it("nbgrader 的列：原始分减去迟交等于得分", () => {
    const [head, ...rows] = nbgraderCsv(entries, new Map()).trimEnd().split("\r\n");
    // nbgrader 0.9.5 的 `nbgrader export` 写出的表头。
    assert.equal(
      head,
      "assignment,duedate,timestamp,student_id,last_name,first_name,email,raw_score,late_submission_penalty,score,max_score",
    );
    const graded = entries.filter(({ outcome }) => outcome?.kind === "graded");
    assert.equal(rows.length, graded.length);
    for (const row of rows) {
      const [raw, penalty, score] = row.split(",").slice(7, 10).map(Number);
      assert.ok(Math.abs(raw! - penalty! - score!) < 1e-9);
    }
  });

  it("Gradescope：各题之和就是总分；没能判的是 0 分并说明", () => {
    for (const entry of entries) {
      const results = gradescopeResults(entry) as any;
      assert.equal(
        results.tests.reduce((sum: number, test: any) => sum + test.score, 0),
        results.score,
      );
      for (const test of results.tests) {
        assert.ok(["passed", "failed"].includes(test.status));
        assert.ok(test.score <= test.max_score);
        assert.ok(["hidden", "after_due_date", "after_published", "visible"].includes(test.visibility));
      }
      if (entry.outcome?.kind === "refused") assert.match(results.output, /^TIDU-GRADE-103/);
    }
  });
});
