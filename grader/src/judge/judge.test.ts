import assert from "node:assert/strict";
import fc from "fast-check";
import type { Answer } from "../answer.js";
import type { Question } from "../problem.js";
import { findQuestion, problems } from "../problems/index.js";
import { askClosed, askFunction } from "../selftest.js";
import { leaves, type Value } from "../value.js";
import { judgeQuestion } from "./judge.js";

const questions = problems.flatMap((problem) => problem.questions);
const question = (id: string) => findQuestion(id)!;
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);

/** 把返回值里的每个数过一遍 f。 */
function map(value: Value, f: (x: number) => number): Value {
  if (typeof value === "number") return f(value);
  if (Array.isArray(value)) return value.map((item) => map(item, f));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, f)]));
}

const alternatives: Record<string, (...args: any[]) => Value> = Object.assign(
  {},
  ...problems.map(({ oracles }) => oracles.alternatives),
);

/** 换一种写法的正确答案；有变体的题没有另写，用标准答案。 */
const right = (q: Question) =>
  alternatives[q.id] === undefined ? askClosed(q, q.reference) : askFunction(alternatives[q.id]);

describe("裁判", () => {
  for (const q of questions) {
    it(`${q.id}：换一种写法的正确答案从不被拒绝`, async () => {
      await fc.assert(
        fc.asyncProperty(seeds, async (seed) => {
          const verdict = await judgeQuestion(q, right(q), { seed, speed: false });
          assert.equal(verdict.verdict, "right", verdict.message);
          assert.equal(verdict.score, q.points);
          for (const count of Object.values(verdict.coverage)) assert.ok(count >= 4);
        }),
        { numRuns: 8 },
      );
    });

    it(`${q.id}：乘以 1.001、0.999 都算错，并说出倍数`, async () => {
      await fc.assert(
        fc.asyncProperty(seeds, fc.constantFrom(1.001, 0.999), async (seed, factor) => {
          const scaled = (...args: Value[]) => map(q.reference(...args), (x) => x * factor);
          const verdict = await judgeQuestion(q, askClosed(q, scaled), { seed });
          assert.equal(verdict.verdict, "wrong");
          assert.equal(verdict.diagnosis, null);
          const ratio = Number(/正确答案的 (\S+) 倍/.exec(verdict.message)?.[1]);
          assert.ok(Math.abs(ratio - factor) < 2e-5, verdict.message);
        }),
        { numRuns: 3 },
      );
    });
  }

  it("梯度小到 1e-9，符号错了也算错", async () => {
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        for (const [id, f] of [
          [
            "huber.grad",
            (e: number, d: number) => (Math.abs(e) < 1e-3 * d ? -e : Math.max(-d, Math.min(d, e))),
          ],
          [
            "huber.batch",
            (pred: number[], target: number[], d: number) =>
              minus(pred, target).map(
                (e) => (Math.abs(e) < 1e-3 * d ? -e : Math.max(-d, Math.min(d, e))) / pred.length,
              ),
          ],
        ] as const) {
          const verdict = await judgeQuestion(question(id), askFunction(f), { seed });
          assert.equal(verdict.verdict, "wrong");
          assert.ok(Math.abs(verdict.worst!.ratio + 1) < 1e-9);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("线性段符号反了：恰好这样告诉学习者，边界用 < 还是 <= 都一样", async () => {
    for (const tail of [
      (e: number, d: number) => (Math.abs(e) <= d ? e : -d * Math.sign(e)),
      (e: number, d: number) => (Math.abs(e) < d ? e : -d * Math.sign(e)),
    ]) {
      const verdict = await judgeQuestion(question("huber.grad"), askFunction(tail), { seed: 3 });
      assert.equal(verdict.verdict, "wrong");
      assert.equal(verdict.diagnosis, "tail-sign");
      assert.match(verdict.message, /^Huber 的线性段符号反了：/);
    }
  });

  it("只在 a=p 处出错的函数被抓住，说出是哪个边界点", async () => {
    const q = question("triplet.euclidean");
    const f = (a: number[], p: number[], n: number[], m: number) => {
      const g = q.reference(a, p, n, m) as { a: number[]; p: number[]; n: number[] };
      return minus(a, p).every((x) => x === 0) ? { ...g, p: g.p.map(() => 0.25) } : g;
    };
    const verdict = await judgeQuestion(q, askFunction(f), { seed: 1 });
    assert.equal(verdict.verdict, "wrong");
    assert.match(verdict.worst!.place, /重合/);
  });

  it("返回形状不对、忘了 return、抛异常、没有函数：各有各的话", async () => {
    const q = question("triplet.squared");
    const say = async (f: unknown) => (await judgeQuestion(q, askFunction(f), { seed: 1 })).message;
    assert.match(await say(() => ({ a: [1, 2], p: [1, 2] })), /形状不对.*返回值/);
    assert.match(await say(() => undefined), /忘了写 return/);
    assert.match(await say(() => [1]), /应是带有字段 a、p、n 的对象，得到长度 1 的数组/);
    assert.match(
      await say(() => {
        throw new TypeError("哎呀");
      }),
      /抛出了异常.*TypeError: 哎呀/,
    );
    assert.match(await say(undefined), /没有找到函数 tripletSquaredGrad/);
    assert.match(
      await say(() => {
        throw new Error("还没有作答：tripletSquaredGrad");
      }),
      /还是占位的样子/,
    );
    assert.match(
      await say(() => {
        throw new Error("还没有作答：huberGrad");
      }),
      /调用了 huberGrad/,
    );
  });

  it("NaN、无穷算错，不算没答", async () => {
    for (const x of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const verdict = await judgeQuestion(
        question("huber.grad"),
        askFunction(() => x),
        { seed: 1 },
      );
      assert.equal(verdict.verdict, "wrong");
      assert.match(verdict.message, new RegExp(`得到 ${x}`));
    }
  });

  it("两个判据不一致：是题目的错，不怪学习者", async () => {
    const broken: Question = {
      ...question("huber.grad"),
      truth: { kind: "gradient", forward: (e: number) => e * e, wrt: 0 },
    };
    const verdict = await judgeQuestion(broken, askFunction(broken.reference), { seed: 1 });
    assert.equal(verdict.verdict, "error");
    assert.match(verdict.message, /TIDU-GRADE-001.*不是你的错/);
  });

  it("只抽得到拐点上的点：没有把握，不给分也不说错", async () => {
    const q: Question = {
      ...question("huber.grad"),
      reference: (e: number) => Math.sign(e),
      truth: { kind: "gradient", forward: (e: number) => Math.abs(e), wrt: 0 },
      branches: [{ id: "kink", title: "拐点" }],
      sample: () => [0, 1],
      branchesOf: () => ["kink"],
      edges: [],
    };
    const verdict = await judgeQuestion(q, askFunction(q.reference), { seed: 1 });
    assert.equal(verdict.verdict, "undecided");
    assert.equal(verdict.score, 0);
  });

  it("同一个种子问同样的点，不同的种子问不同的点", async () => {
    const asked = async (seed: number) => {
      const log: string[] = [];
      const spy = async (_: string, args: Value[]): Promise<Answer> => {
        log.push(JSON.stringify(args));
        return { kind: "value", value: 0 };
      };
      await judgeQuestion(question("huber.value"), spy, { seed });
      return log;
    };
    assert.deepEqual(await asked(5), await asked(5));
    assert.notDeepEqual(await asked(5), await asked(6));
  });

  it("学习者改动参数，影响不了真值", async () => {
    const q = question("huber.batch");
    const verdict = await judgeQuestion(
      q,
      askFunction((pred: number[], target: number[], d: number) => {
        const g = q.reference(pred, target, d);
        pred.fill(0);
        target.length = 0;
        return g;
      }),
      { seed: 1 },
    );
    assert.equal(verdict.verdict, "right");
  });

  it("末位的舍入不同（换一个 Node、换一种写法），报告里最坏的还是同一点", async () => {
    const q = question("worked.gradient");
    const judged = (ulps: (call: number) => number) => {
      let call = 0;
      const flipped = (p: number[]) => {
        const scale = -(1 + ulps(call++) * Number.EPSILON);
        return map(q.reference(p), (x) => x * scale);
      };
      return judgeQuestion(q, askClosed(q, flipped), { seed: 1 });
    };
    const plain = await judged(() => 0);
    assert.equal(plain.verdict, "wrong");
    for (const step of [1, 3]) {
      const noisy = await judged((call) => ((call * step) % 5) - 2);
      assert.equal(noisy.message, plain.message);
    }
  });

  it("leaves 的次序与区间的次序一致", () => {
    assert.deepEqual(
      leaves({ a: [1, 2], p: [[3]] }).map((leaf) => leaf.path),
      ["a[0]", "a[1]", "p[0][0]"],
    );
  });
});
