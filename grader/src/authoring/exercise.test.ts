import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNotebook } from "@tidu/notebook-runtime";
import { exercises } from "../problems/index.js";
import { buildExercise, questionOf } from "./exercise.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** 只有一个单元格的笔记本。 */
function notebook(source: string, metadata: object = {}): string {
  const cell = { cell_type: "code", id: "a", metadata, source, outputs: [], execution_count: null };
  return JSON.stringify({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
}

const graded = {
  nbgrader: {
    schema_version: 3,
    grade: true,
    solution: true,
    locked: false,
    task: false,
    grade_id: "x",
    points: 1,
  },
  tidu: { question: "huber.value" },
};

describe("练习的生成", () => {
  for (const name of Object.keys(exercises)) {
    it(`${name}：exercises/ 与重新生成的一字不差，再生成一次也不变`, () => {
      const built = buildExercise(read(`solutions/${name}.ipynb`), name);
      assert.equal(built, read(`exercises/${name}.ipynb`));
    });

    it(`${name}：练习里没有答案，每题有三级提示与一格检查`, () => {
      const cells = parseNotebook(read(`exercises/${name}.ipynb`)).cells;
      const text = cells.map((cell) => cell.source).join("\n\n");
      assert.doesNotMatch(text, /SOLUTION|为什么这样写/);
      for (const question of exercises[name]!.flatMap((problem) => problem.questions)) {
        const cell = cells.find((candidate) => questionOf(candidate) === question.id);
        assert.ok(cell, question.id);
        assert.match(cell.source, new RegExp(`function ${question.fn}\\(`));
        assert.match(cell.source, new RegExp(`throw new Error\\("还没有作答：${question.fn}"\\)`));
        for (const hint of question.hints) assert.ok(text.includes(hint), hint);
        assert.ok(text.includes(`await check("${question.id}", ${question.fn});`));
        // 题目的类型签名与单元格里的一致。
        const signature = cell.source.slice(0, cell.source.indexOf("{\n")).replace(/\s+/g, "");
        assert.ok(signature.includes(question.fn));
      }
    });
  }

  it("占位保持缩进，其余一字不动", () => {
    const source =
      "function huberValue(e: number): number {\n  // BEGIN SOLUTION\n  return 1;\n  // END SOLUTION\n}";
    const [cell] = parseNotebook(buildExercise(notebook(source, graded), "x")).cells;
    assert.equal(
      cell!.source,
      'function huberValue(e: number): number {\n  // 在这里作答：写完以后删掉下面这一行。\n  throw new Error("还没有作答：huberValue");\n}',
    );
  });

  it("带 solution 标签的单元格不进练习", () => {
    assert.equal(parseNotebook(buildExercise(notebook("1", { tags: ["solution"] }), "x")).cells.length, 0);
  });

  it("校验和与 nbgrader 0.9.5 算的相同", () => {
    const cells = parseNotebook(read("exercises/3-architectures/02-losses.ipynb")).cells;
    const sum = (id: string) => (cells.find((cell) => cell.id === id)!.metadata.nbgrader as any).checksum;
    // 这两个值由 nbgrader.utils.compute_checksum 给出。
    assert.deepEqual(
      [sum("setup"), sum("huber-value")],
      ["5731a0e5367b656456c6a51fa895ac0f", "9605dfbdb2bd941edb86b01fa8fa6a12"],
    );
  });

  it("解答写错时，说出是哪一格、错在哪", () => {
    const build = (source: string, metadata?: object) => () =>
      buildExercise(notebook(source, metadata), "s.ipynb");
    assert.throws(build("// BEGIN SOLUTION\n1"), /TIDU-EXERCISE-002：s\.ipynb 的单元格 \[1\]/);
    assert.throws(build("// END SOLUTION"), /TIDU-EXERCISE-002/);
    assert.throws(build("1", graded), /TIDU-EXERCISE-003.*huber\.value/);
    assert.throws(build("1", { tidu: { question: "没有" } }), /TIDU-EXERCISE-005.*没有叫 没有 的题/);
    const points = { ...graded, nbgrader: { ...graded.nbgrader, points: 3 } };
    assert.throws(build("1", points), /TIDU-EXERCISE-005.*points 应为 1/);
    const old = { nbgrader: { ...graded.nbgrader, schema_version: 1 } };
    assert.throws(build("1", old), /schema_version 应为 3/);
  });
});
