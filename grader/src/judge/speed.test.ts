import assert from "node:assert/strict";
import type { Answer, Ask } from "../answer.js";
import type { Question } from "../problem.js";
import { findQuestion } from "../problems/index.js";
import { numbers, type Value } from "../value.js";
import { judgeSpeed } from "./speed.js";

// 把题目的大输入换成小的：这里看的是规则，钟是假的。
const curve = findQuestion("huber.curve")!;
const small: Question = {
  ...curve,
  speed: {
    ...curve.speed!,
    args: (rng) => [
      [rng.uniform(1, 2), -3, 0.5],
      [0.25, 2],
    ],
  },
};

/** 参考每次用 1 毫秒；学习者依次用 `times` 里的毫秒数（用完重复最后一个）。 */
function clocked(times: number[], reply: (args: Value[]) => Answer) {
  let time = 0;
  let asked = 0;
  const question = {
    ...small,
    reference: (...args: Value[]) => {
      time += 1;
      return curve.reference(...args);
    },
  };
  const ask: Ask = async (_fn, args) => {
    time += times[Math.min(asked++, times.length - 1)]!;
    return reply(args);
  };
  return judgeSpeed(question, ask, 1, () => time);
}
const right = (args: Value[]): Answer => ({ kind: "value", value: curve.reference(...args) });

describe("快慢", () => {
  it("几次里有一次快就算快：偶尔的停顿不要紧", async () => {
    assert.equal((await clocked([5], right)).kind, "right");
    assert.equal((await clocked([250, 2000, 700, 150, 80], right)).kind, "right");
  });

  it("次次都慢是错；略超过上限不下结论", async () => {
    const slow = await clocked([400], right);
    assert.equal(slow.kind, "wrong");
    assert.match(
      slow.message,
      /结果都对，但 huberDeltaCurve 太慢：.*最快一次也要 400 毫秒以上，上限是 100 毫秒/,
    );
    const grey = await clocked([200], right);
    assert.equal(grey.kind, "undecided");
    assert.match(grey.message, /可能只是机器忙/);
  });

  it("快而错得不到分；小的输入上的答案也不能照搬", async () => {
    const last = (args: Value[]): Answer => {
      const value = numbers(curve.reference(...args));
      return { kind: "value", value: value.with(-1, value.at(-1)! * 1.001) };
    };
    const verdict = await clocked([1], last);
    assert.equal(verdict.kind, "wrong");
    assert.match(verdict.message, /大的输入.*不对：第 2 个数/);
    assert.equal((await clocked([1], () => ({ kind: "value", value: [1] }))).kind, "wrong");
  });

  it("每次换一份输入：记住上一次的答案没有用", async () => {
    let kept: Answer | undefined;
    const verdict = await clocked([900, 1], (args) => (kept ??= right(args)));
    assert.equal(verdict.kind, "wrong");
    assert.match(verdict.message, /不对/);
  });

  it("超时算太慢，撑垮进程说明原因，抛异常算没能判", async () => {
    assert.match((await clocked([1], () => ({ kind: "timeout", seconds: 2 }))).message, /2000 毫秒以上/);
    const crash = await clocked([1], () => ({ kind: "crash", reason: "内存用完" }));
    assert.equal(crash.kind, "wrong");
    assert.match(crash.message, /撑垮了：内存用完/);
    assert.equal((await clocked([1], () => ({ kind: "throw", name: "E", message: "m" }))).kind, "error");
  });
});
