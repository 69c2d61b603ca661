import assert from "node:assert/strict";
import { judgeQuestion } from "./judge/judge.js";
import { mistakes, problems } from "./problems/index.js";
import { askClosed, selfTest } from "./selftest.js";

const questions = problems.flatMap((problem) => problem.questions);

describe("题目自检", () => {
  for (const problem of problems) {
    it(`${problem.title}：标准答案得满分，每种错法被拒绝且不误诊`, async () => {
      assert.deepEqual(await selfTest(problem, [1, 20240229]), []);
    });
  }

  it("每道题至少八种错法（四大题族至少十二种），每种都能认出来", async () => {
    const unnamed: string[] = [];
    for (const question of questions) {
      const deep = /^(huber|triplet|attention|jacobian)\./.test(question.id);
      assert.ok(question.mutants.length >= (deep ? 12 : 8), question.id);
      assert.equal(new Set(question.mutants.map(({ id }) => id)).size, question.mutants.length);
      for (const mutant of question.mutants) {
        const { diagnosis } = await judgeQuestion(question, askClosed(question, mutant.fn), { seed: 7 });
        if (diagnosis !== mutant.id) unnamed.push(`${question.id}/${mutant.id}`);
      }
    }
    assert.deepEqual(unnamed, []);
  });

  it("每种错法有说明，每条说明有错法", () => {
    const ids = questions.flatMap(({ id, mutants }) => mutants.map((mutant) => `${id}/${mutant.id}`));
    assert.deepEqual(Object.keys(mistakes).sort(), ids.sort());
  });

  it("自检本身会失败：标准答案写错、错法与标准答案相同，都报告出来", async () => {
    const huber = problems.find(({ id }) => id === "huber")!;
    const good = questions.find(({ id }) => id === "huber.grad")!;
    const wrongReference = { ...good, reference: (e: number) => e };
    const faults = await selfTest({ ...huber, questions: [wrongReference] }, [1]);
    assert.match(faults[0]!.detail, /TIDU-GRADE-001/);
    const twin = { ...good, mutants: [{ id: "sign", fn: good.reference }] };
    const [flaw] = await selfTest({ ...huber, questions: [twin] }, [1]);
    assert.match(flaw!.detail, /被判为 right/);
  });
});
