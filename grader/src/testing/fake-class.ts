import type { GradeOne } from "../class/class.js";
import type { Incoming } from "../class/incoming.js";
import type { Verdict } from "../judge/judge.js";
import { random } from "../random.js";
import { SubmissionError } from "../submission/error.js";

/** 一个假的班与一个快的裁判：分数由内容与种子决定，慢得刚好能在中途被杀。 */
export function fakeClass(count: number): Incoming[] {
  return Array.from({ length: count }, (_, i) => ({
    student: `学生${String(i).padStart(4, "0")}`,
    path: `收件箱/${i}.ipynb`,
    received: 1_700_000_000_000 + i * 60_000,
    bytes: Buffer.from(`第 ${i} 份`),
  }));
}

export function fakeJudge(delay = 3): GradeOne {
  return async (path, content, { seed, question }) => {
    await new Promise((resolve) => setTimeout(resolve, delay * Math.random()));
    const text = new TextDecoder().decode(content);
    const rng = random(seed, `${seed}：${text}`);
    if (rng.uniform(0, 1) < 0.05) throw new SubmissionError(`TIDU-GRADE-103：${path} 坏了`);
    const questions = ["demo.value", "demo.grad", "demo.batch"]
      .map((id): Verdict => {
        const right = rng.uniform(0, 1) < 0.6;
        return {
          id,
          fn: id,
          title: `题 ${id}`,
          verdict: right ? "right" : "wrong",
          score: right ? 2 : 0,
          maxScore: 2,
          diagnosis: right || rng.uniform(0, 1) < 0.3 ? null : rng.pick(["sign", "factor-two"]),
          message: right ? "正确" : "不对",
          coverage: { left: 4, right: 4 },
          failed: right ? {} : { left: 2 },
          tolerance: "",
          asked: 8,
          ...(right
            ? {}
            : {
                worst: {
                  args: [1, [2, 3]],
                  path: "a[0]",
                  got: Number.NaN,
                  expected: 1,
                  ratio: Number.NaN,
                  place: rng.pick(["左支", "右支"]),
                },
              }),
        };
      })
      .filter((verdict) => question === undefined || verdict.id === question);
    const sum = (pick: (verdict: Verdict) => number) => questions.reduce((total, v) => total + pick(v), 0);
    return { path, score: sum((v) => v.score), maxScore: sum((v) => v.maxScore), questions, notes: [] };
  };
}
