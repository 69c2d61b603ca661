import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { clip, device, type Tensor, tensor, toDevice } from "@tidu/kernel-lib";
import { type Ask, readAnswer } from "../answer.js";
import { call } from "../learner/wire.js";
import type { Question } from "../problem.js";
import { findQuestion, problems } from "../problems/index.js";
import { pictureSvg } from "../report/picture.js";
import { askFunction } from "../selftest.js";
import type { Value } from "../value.js";
import { judgeQuestion } from "./judge.js";

const huber = findQuestion("huber.grad")!;
const judged = (question: Question, fn: unknown) => judgeQuestion(question, askFunction(fn), { seed: 1 });

/** 答案是矩阵的题：f(x) = (x₀x₁, sin x₀, x₁²)。 */
const matrix: Question = {
  ...huber,
  id: "matrix",
  params: ["x"],
  reference: ([x, y]: number[]) => [
    [y!, x!],
    [Math.cos(x!), 0],
    [0, 2 * y!],
  ],
  truth: {
    kind: "jacobian",
    wrt: 0,
    forward: ([x, y]: number[]) => ({ a: [x! * y!, Math.sin(x!)], b: y! * y! }),
  },
  branches: [{ id: "any", title: "任意点" }],
  sample: (rng) => [[rng.uniform(0.3, 1.2), rng.uniform(0.5, 2)]],
  branchesOf: () => ["any"],
  edges: [{ title: "原点", args: [[0, 0]] }],
  mutants: [],
};

describe("几个判据", () => {
  it("梯度库与闭式不一致：是题目的错，不怪学习者", async () => {
    const broken: Question = { ...huber, library: (e: number) => e };
    const { verdict, score, message } = await judged(broken, huber.reference);
    assert.deepEqual([verdict, score], ["error", 0]);
    assert.match(message, /TIDU-GRADE-001.*梯度库.*不是你的错/);
  });

  it("答案是矩阵：逐个元素有区间，转置的、差一个元素的都认得出不对", async () => {
    const reference = matrix.reference as (x: number[]) => number[][];
    const { library: _, ...plain } = matrix;
    assert.equal((await judged(plain, reference)).verdict, "right");
    const wrong = await judged(plain, ([x, y]: number[]) => [
      [y, x],
      [Math.cos(x!), 0],
      [0, y],
    ]);
    assert.deepEqual([wrong.verdict, wrong.worst!.path], ["wrong", "[2][1]"]);
    assert.match((await judged(plain, (x: number[]) => reference(x).flat())).message, /形状不对/);
    // 闭式自己写错了，区间判据抓得住。
    const faulty = {
      ...plain,
      reference: ([x, y]: number[]): Value => [
        [y!, x!],
        [-Math.cos(x!), 0],
        [0, 2 * y!],
      ],
    };
    assert.match((await judged(faulty, reference)).message, /TIDU-GRADE-001/);
  });

  it("边界点说错时引用约定表里的那一条", async () => {
    const question = findQuestion("triplet.squared")!;
    const active = question.mutants.find(({ id }) => id === "boundary-active")!;
    const { message, worst } = await judged(question, active.fn);
    assert.equal(worst!.convention, "hinge");
    assert.match(message, /约定：合页 max\(0, z\)/);
  });

  it("各分支问了几个点、错了几个，都数出来", async () => {
    const { coverage, failed } = await judged(huber, (e: number) => e);
    assert.ok(Object.values(coverage).every((count) => count >= 4));
    assert.deepEqual(Object.keys(failed).sort(), ["tail-neg", "tail-pos"]);
  });
});

describe("对照图", () => {
  it("返回一个数：沿自变量走过最坏的点，正确的一条与标准答案相同", async () => {
    const { picture } = await judged(huber, (e: number, d: number) =>
      Math.abs(e) <= d ? e : -d * Math.sign(e),
    );
    assert.ok(picture?.kind === "line" && picture.axis === "e");
    assert.ok(
      picture.x.length >= 20 && picture.x.some((x, i) => x !== 0 && picture.learner[i] !== picture.truth[i]),
    );
    const svg = pictureSvg(picture);
    assert.match(svg, /^<svg [\s\S]*正确答案[\s\S]*你的结果[\s\S]*<\/svg>$/);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
  });

  it("返回几个数：逐个坐标对照；NaN 不画，图不会坏", async () => {
    const question = findQuestion("triplet.squared")!;
    const { picture } = await judged(question, (a: number[]) => ({ a, p: a.map(() => Number.NaN), n: a }));
    assert.ok(picture?.kind === "bars");
    assert.equal(picture.labels.length, picture.truth.length);
    assert.ok(picture.learner.includes(null));
    assert.doesNotMatch(pictureSvg(picture), /NaN|undefined|Infinity/);
  });

  it("对的没有图；画图时学习者抛异常，裁决照旧", async () => {
    assert.equal((await judged(huber, huber.reference)).picture, undefined);
    let calls = 0;
    const verdict = await judged(huber, (e: number) => {
      if (++calls > 28) throw new Error("累了");
      return -e;
    });
    assert.equal(verdict.verdict, "wrong");
    assert.equal(verdict.picture, undefined);
  });
});

describe("张量题", () => {
  const question = findQuestion("huber.gpu")!;

  it("返回普通的数不算；在 cpu 上算时说明", async () => {
    const plain = await judged(question, async (e: Tensor, d: number) =>
      Array.from(await e.data(), (x) => Math.max(-d, Math.min(d, x))),
    );
    assert.equal(plain.verdict, "wrong");
    assert.match(plain.message, /应返回张量/);
    const right = await judged(question, (e: Tensor, d: number) => clip(e, -d, d));
    assert.equal(right.verdict, "right", right.message);
    assert.match(
      right.message,
      right.device === "webgpu" ? /在 webgpu 上算的/ : /没有可用的 webgpu，改在 cpu 上/,
    );
  });

  it("在 webgpu 上四个题族的正确答案都通过；同步取数报错并说明", async function () {
    const icd = "/usr/lib/chromium/vk_swiftshader_icd.json";
    if (existsSync(icd) && !existsSync("/dev/dri")) {
      process.env["VK_ICD_FILENAMES"] ??= icd;
      process.env["XDG_RUNTIME_DIR"] ??= "/tmp";
    }
    const available = await device("webgpu").then(
      () => true,
      () => false,
    );
    if (!available) this.skip();
    // 自己放到 webgpu 上：前面的测试可能已经认定这个进程里没有它。
    const onGpu =
      (fn: (...args: any[]) => unknown): Ask =>
      async (_name, args) => {
        const place = (x: Value) =>
          Array.isArray(x) ? toDevice(tensor(x as number[], "float32"), "webgpu") : x;
        return readAnswer(await call(async () => fn(...(await Promise.all(args.map(place)))), []));
      };
    for (const { oracles, questions } of problems) {
      for (const q of questions.filter(({ tensors }) => tensors)) {
        const verdict = await judgeQuestion(q, onGpu(oracles.alternatives[q.id]!), { seed: 1 });
        assert.deepEqual([q.id, verdict.verdict, verdict.device], [q.id, "right", "webgpu"], verdict.message);
      }
    }
    const read = await judgeQuestion(
      question,
      onGpu((e: Tensor) => e.toArray()),
      { seed: 1 },
    );
    assert.equal(read.verdict, "error");
    assert.match(read.message, /TIDU-READ-002/);
  });
});
