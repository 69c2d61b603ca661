import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gradeIntoGradebook } from "../class/class.js";
import { fakeClass, fakeJudge } from "../testing/fake-class.js";
import { freshDatabase, type Service, startPostgres } from "../testing/services.js";
import { openDatabase } from "./database.js";
import { Gradebook } from "./gradebook.js";

const hour = 3_600_000;

function suite(name: string, fresh: (this: Mocha.Context) => Promise<string>): void {
  describe(`成绩册：${name}`, function () {
    this.timeout(60_000);
    let gradebook: Gradebook;
    let url: string;
    beforeEach(async function () {
      url = await fresh.call(this);
      gradebook = await Gradebook.open(url);
    });
    afterEach(() => gradebook?.close());
    const gradeAll = async (count: number, request = {}) => {
      const run = await gradebook.run(request);
      const worked: string[] = [];
      const settled = await gradeIntoGradebook(fakeClass(count), gradebook, run, {
        grade: fakeJudge(0),
        jobs: 3,
        onStep: ({ path, skipped }) => skipped || worked.push(path),
      });
      return { run, settled, worked };
    };

    it("判过的不再判；新来的用同一个种子；结果读回来一字不差", async () => {
      const first = await gradeAll(12, { seed: 3 });
      assert.equal(first.worked.length, 12);
      const again = await gradeAll(15);
      assert.equal(again.run.seed, 3);
      assert.equal(again.worked.length, 3);
      assert.deepEqual(again.settled.slice(0, 12), first.settled);
      const wrong = again.settled.flatMap(({ settled: one }) =>
        one.kind === "graded" ? one.graded.questions : [],
      );
      assert.ok(wrong.some((verdict) => Number.isNaN(verdict.worst?.got)));
      await assert.rejects(gradebook.run({ seed: 4 }), /TIDU-GRADE-142：.*种子 3 判的/);
    });

    it("重判一题：只改那一题，旧结果留在历史里；没判完的重判接着判", async () => {
      const { settled } = await gradeAll(8, { seed: 3 });
      const run = await gradebook.run({ question: "demo.grad", seed: 99 });
      assert.equal((await gradebook.run({ question: "demo.grad" })).id, run.id);
      const after = await gradeAll(8, { question: "demo.grad" });
      assert.equal(after.run.id, run.id);
      assert.notEqual((await gradebook.run({ question: "demo.grad" })).id, run.id);
      settled.forEach(({ settled: old }, i) => {
        const now = after.settled[i]!.settled;
        if (old.kind !== "graded" || now.kind !== "graded") return;
        assert.deepEqual(
          now.graded.questions.map(({ id }) => id),
          ["demo.value", "demo.grad", "demo.batch"],
        );
        assert.deepEqual(now.graded.questions[0], old.graded.questions[0]);
      });
      const changed = settled.findIndex(({ settled: old }, i) => {
        const now = after.settled[i]!.settled;
        return old.kind === "graded" && now.kind === "graded" && old.graded.score !== now.graded.score;
      });
      assert.ok(changed >= 0, "换了种子，总有一份那一题的分数变了");
      const entry = (await gradebook.entries())[changed]!;
      const history = await gradebook.history(entry.submission);
      assert.deepEqual(
        history.map((past) => [past.seed, past.question]),
        [
          [3, "demo.value"],
          [3, "demo.grad"],
          [3, "demo.batch"],
          [99, "demo.grad"],
        ],
      );
    });

    it("同一份记两次只算一次；事件里也只有一次", async () => {
      const [item] = fakeClass(1);
      const id = await gradebook.add({
        ...item!,
        assignment: "甲",
        content: (item as { bytes: Uint8Array }).bytes,
      });
      const run = await gradebook.run({ seed: 1 });
      const graded = { path: "x", score: 1, maxScore: 2, questions: [], notes: ["迁就"] };
      const other = { ...graded, score: 2 };
      assert.equal(await gradebook.record(id, run, { kind: "graded", graded }), true);
      assert.equal(await gradebook.record(id, run, { kind: "graded", graded: other }), false);
      assert.deepEqual(
        (await gradebook.events()).map(({ kind }) => kind),
        ["submitted", "graded"],
      );
    });

    it("迟交：扣分写明，原始分留着；延期的不扣；最后一次与最高一次", async () => {
      const deadline = Date.parse("2026-03-01T00:00Z");
      const run = await gradebook.run({ seed: 1 });
      const hand = async (student: string, received: number, score: number) => {
        const content = new TextEncoder().encode(`${student}${received}`);
        const id = await gradebook.add({ student, assignment: "甲", path: student, received, content });
        const verdict = {
          id: "q",
          fn: "q",
          title: "q",
          verdict: "right" as const,
          diagnosis: null,
          message: "",
        };
        const question = {
          ...verdict,
          score,
          maxScore: 10,
          coverage: {},
          failed: {},
          tolerance: "",
          asked: 1,
        };
        await gradebook.record(id, run, {
          kind: "graded",
          graded: { path: student, score, maxScore: 10, questions: [question], notes: [] },
        });
      };
      await hand("早", deadline - hour, 8);
      await hand("宽限", deadline + hour / 2, 8);
      await hand("迟", deadline + 25 * hour, 8);
      await hand("很迟", deadline + 1000 * hour, 8);
      await hand("延期", deadline + 25 * hour, 8);
      await hand("两次", deadline - hour, 9);
      await hand("两次", deadline + 2 * hour, 9.5);
      await gradebook.setPolicy("甲", { deadline, grace: 60, perDay: 20, cap: 50 });
      await gradebook.extend("延期", "甲", deadline + 48 * hour);
      const scores = async () =>
        Object.fromEntries(
          (await gradebook.entries())
            .filter(({ counts }) => counts)
            .map((e) => [e.student, [e.final, e.late.percent]]),
        );
      assert.deepEqual(await scores(), {
        早: [8, 0],
        宽限: [8, 0],
        迟: [4.8, 40],
        很迟: [4, 50],
        延期: [8, 0],
        两次: [7.6, 20],
      });
      await gradebook.setPolicy("甲", { keep: "best" });
      assert.deepEqual((await scores())["两次"], [9, 0]);
      const entry = (await gradebook.entries({ student: "迟" }))[0]!;
      assert.equal(entry.outcome?.kind === "graded" && entry.outcome.graded.score, 8);
    });

    it("库比程序新时拒绝；几个进程同时建表只建一次", async () => {
      const many = await Promise.all([1, 2, 3].map(() => Gradebook.open(url)));
      assert.equal(new Set(await Promise.all(many.map((one) => one.name()))).size, 1);
      await Promise.all(many.map((one) => one.close()));
      const db = await openDatabase(url);
      await db.all("INSERT INTO schema_version VALUES (99)");
      await db.close();
      await assert.rejects(Gradebook.open(url), /TIDU-GRADE-141：成绩册是第 99 版/);
    });
  });
}

let folder: string;
let files = 0;
suite("SQLite", async () => {
  folder ??= mkdtempSync(join(tmpdir(), "tidu-gradebook-"));
  return join(folder, `${files++}.db`);
});

let postgres: Service | null | undefined;
suite("PostgreSQL", async function () {
  postgres ??= await startPostgres();
  if (postgres === null) this.skip();
  return freshDatabase(postgres);
});

describe("成绩册：打不开", () => {
  after(async () => {
    await postgres?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("说明原因，不泄露口令", async () => {
    await assert.rejects(Gradebook.open("mysql://a:secret@b/c"), (error: Error) => {
      assert.match(error.message, /^TIDU-GRADE-140：打不开成绩册 mysql:\/\/a:\*\*\*@b\/c/);
      return true;
    });
    await assert.rejects(
      Gradebook.open("postgres://a:secret@127.0.0.1:1/c"),
      /TIDU-GRADE-140：.*a:\*\*\*@.*ECONNREFUSED/,
    );
    const file = join(folder, "坏.db");
    writeFileSync(file, "这不是数据库，只是一个文本文件。".repeat(100));
    await assert.rejects(Gradebook.open(file), /TIDU-GRADE-140/);
  });
});
