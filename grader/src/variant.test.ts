import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseNotebook } from "@tidu/notebook-runtime";
import { buildExercise } from "./authoring/exercise.js";
import { judgeQuestion } from "./judge/judge.js";
import { findQuestion, problems } from "./problems/index.js";
import { makeStage } from "./sandbox/stage.js";
import { askFunction } from "./selftest.js";
import { gradeBytes } from "./submission.js";
import { claimedStudent, constantsFor, forStudent, variantOwner } from "./variant.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const source = readFileSync(join(root, "solutions/3-architectures/02-losses.ipynb"), "utf8");
const pseudo = findQuestion("huber.pseudo")!;
const students = Array.from({ length: 40 }, (_, i) => `2026${String(i).padStart(4, "0")}`);

describe("因人而异的题", () => {
  it("至少两道题有变体；同一个人总是同一份，不同的人不全相同，都在候选值里", () => {
    const varied = problems.flatMap(({ questions }) => questions).filter(({ variants }) => variants);
    assert.ok(varied.length >= 2);
    for (const question of varied) {
      const drawn = students.map((student) => constantsFor(question, student));
      assert.deepEqual(
        drawn,
        students.map((student) => constantsFor(question, student)),
      );
      for (const [name, choices] of Object.entries(question.variants!.constants)) {
        assert.deepEqual(new Set(drawn.map((c) => c[name])), new Set(choices));
      }
      assert.equal(forStudent(question, undefined), question);
      const { id, fn, mutants, points } = forStudent(question, students[0]);
      assert.deepEqual([id, fn, points], [question.id, question.fn, question.points]);
      assert.deepEqual(
        mutants.map((mutant) => mutant.says),
        question.mutants.map((mutant) => mutant.says),
      );
    }
  });

  it("常数相同的两个人用同一个题目对象，真值只算一次", () => {
    const constants = (student: string) => constantsFor(pseudo, student)["delta"];
    const [first] = students;
    const twin = students.slice(1).find((student) => constants(student) === constants(first!))!;
    assert.equal(forStudent(pseudo, first), forStudent(pseudo, twin));
  });

  it("自己的常数才得分，别人的常数得不到", async () => {
    const other = students.find((student) => constantsFor(pseudo, student)["delta"] !== 1.5)!;
    const mine = constantsFor(pseudo, other)["delta"]!;
    const solve = (d: number) => (e: number) => e / Math.sqrt(1 + (e / d) ** 2);
    const judged = (d: number) =>
      judgeQuestion(forStudent(pseudo, other), askFunction(solve(d)), { seed: 1 });
    assert.equal((await judged(mine)).verdict, "right");
    assert.equal((await judged(1.5)).verdict, "wrong");
  });

  it("生成某个人的练习：常数、check 与元数据都换成他的，其余一字不动", () => {
    const student = students.find((name) => constantsFor(pseudo, name)["delta"] !== 1.5)!;
    const own = buildExercise(source, "x", student);
    assert.equal(own, buildExercise(source, "x", student));
    const notebook = parseNotebook(own);
    assert.equal(claimedStudent(notebook.metadata), student);
    const cell = (id: string) => notebook.cells.find((candidate) => candidate.id === id)!.source;
    const { delta } = constantsFor(pseudo, student);
    assert.equal(cell("huber-pseudo-constant"), `const pseudoDelta = ${delta}; // 变体：huber.pseudo.delta`);
    assert.equal(
      cell("huber-pseudo-check"),
      `await check("huber.pseudo", pseudoHuberGrad, { student: "${student}" });`,
    );
    assert.equal(cell("huber-grad-check"), 'await check("huber.grad", huberGrad);');
    const plain = parseNotebook(buildExercise(source, "x"));
    const changed = notebook.cells.filter((c, i) => c.source !== plain.cells[i]!.source).map(({ id }) => id);
    const varied = ["huber-pseudo-constant", "huber-pseudo-check", "triplet-mining-check"];
    assert.deepEqual(changed.filter((id) => id !== "triplet-mining-constant").sort(), varied.sort());
  });

  it("按谁的判由交卷人定：自称别人、不自称，都挑不了", () => {
    const owner = (claimed?: string, student?: string, personal = false) => {
      const { name, mismatch } = variantOwner(claimed, student, personal);
      return [name, mismatch];
    };
    assert.deepEqual(owner("20260001", "张三_20260001"), ["20260001", false]);
    assert.deepEqual(owner("20260001", "20260001"), ["20260001", false]);
    assert.deepEqual(owner("2026000", "张三_20260001"), ["张三_20260001", true]);
    assert.deepEqual(owner("20260002", "张三_20260001"), ["张三_20260001", true]);
    assert.deepEqual(owner(undefined, "张三_20260001"), [undefined, false]);
    assert.deepEqual(owner(undefined, "张三", true), ["张三", false]);
    assert.deepEqual(owner("李四", "张三", true), ["张三", true]);
    assert.deepEqual(owner("20260001", undefined), ["20260001", false]);
  });

  it("冒用别人的那一份：按交卷人的判，得不到那一题的分", async () => {
    const differs = (a: string, b: string) =>
      constantsFor(pseudo, a)["delta"] !== constantsFor(pseudo, b)["delta"];
    const [victim] = students;
    const cheat = students.find((name) => differs(name, victim!))!;
    const solved = JSON.parse(
      source.replace("pseudoDelta = 1.5", `pseudoDelta = ${constantsFor(pseudo, victim)["delta"]}`),
    );
    solved.metadata.tidu = { ...solved.metadata.tidu, student: victim };
    const bytes = Buffer.from(JSON.stringify(solved));
    const stage = makeStage(undefined, { spares: 0 });
    try {
      const judged = async (student: string) => {
        const options = { seed: 1, stage, student, question: "huber.pseudo" };
        const { questions, notes } = await gradeBytes("x.ipynb", bytes, options);
        return [questions[0]!.verdict, notes.some((note) => note.includes("对不上"))];
      };
      assert.deepEqual(await judged(`张三_${victim}`), ["right", false]);
      assert.deepEqual(await judged(cheat), ["wrong", true]);
    } finally {
      stage.remove();
    }
  }).timeout(60_000);

  it("记号写错、常数不是缺省值，说出是哪一格", () => {
    const build = (from: string, to: string) => () => buildExercise(source.replace(from, to), "s.ipynb");
    assert.throws(
      build("pseudoDelta = 1.5", "pseudoDelta = 2"),
      /TIDU-EXERCISE-006：s\.ipynb.*应写成 1\.5，写的是 2/,
    );
    assert.throws(
      build("变体：huber.pseudo.delta", "变体：huber.pseudo.gamma"),
      /没有 huber\.pseudo\.gamma 这个常数/,
    );
  });
});
