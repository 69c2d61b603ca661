import type { Question } from "../problem.js";
import { drawn } from "./tape-grads.js";
import { mean } from "./vectors.js";

// 第三题：训练一条直线。
interface Training {
  gradient(e: number[], xs: number[]): [number, number];
  clear?: boolean;
  inTurn?: boolean;
  steps?(steps: number): number;
}

const products = (a: number[], b: number[]): number[] => a.map((t, i) => t * b[i]!);

const correct: Training = { gradient: (e, xs) => [mean(products(e, xs)), mean(e)] };

const fit =
  (change: Partial<Training> = {}) =>
  (xs: number[], ys: number[], start: number[], eta: number, count: number): number[] => {
    const plan = { ...correct, ...change };
    let [w, b] = start as [number, number];
    let [gw, gb] = [0, 0];
    const errors = () => xs.map((x, i) => w * x + b - ys[i]!);
    for (let k = 0; k < (plan.steps?.(count) ?? count); k++) {
      const g = plan.gradient(errors(), xs);
      [gw, gb] = plan.clear === false ? [gw + g[0], gb + g[1]] : g;
      w -= eta * gw;
      if (plan.inTurn) gb = plan.gradient(errors(), xs)[1]; // 用了更新过的 w
      b -= eta * gb;
    }
    return [w, b];
  };

/** 另一种写法：只用 x、y 的几个平均数，不看单个样本。 */
function byMoments(xs: number[], ys: number[], start: number[], eta: number, count: number): number[] {
  const [xx, x, xy, y] = [mean(products(xs, xs)), mean(xs), mean(products(xs, ys)), mean(ys)];
  return Array.from({ length: count }).reduce<number[]>(
    ([w, b]) => [w! - eta * (w! * xx + b! * x - xy), b! - eta * (w! * x + b! - y)],
    start,
  );
}

/** 一个样本更新一次，不等整批。 */
function oneByOne(xs: number[], ys: number[], start: number[], eta: number, count: number): number[] {
  const step = fit();
  let at = start;
  for (let k = 0; k < count; k++)
    xs.forEach((x, i) => {
      at = step([x], [ys[i]!], at, eta, 1);
    });
  return at;
}

export const training: Question = {
  id: "tape.fit",
  fn: "fitLine",
  signature: "fitLine(xs: number[], ys: number[], start: number[], eta: number, steps: number): number[]",
  title: "用引擎训练一条直线",
  points: 1,
  params: ["xs", "ys", "start", "eta", "steps"],
  reference: fit(),
  truth: { kind: "value", second: byMoments },
  branches: [
    { id: "one", title: "走一步" },
    { id: "several", title: "走几步" },
    { id: "single", title: "只有一个样本" },
  ],
  sample(rng, branch) {
    const count = branch === "single" ? 1 : rng.integer(3, 5);
    const [xs, ys] = [drawn(rng, count), Array.from({ length: count }, () => rng.uniform(-2, 2))];
    const steps = branch === "one" ? 1 : rng.integer(3, 6);
    return [xs, ys, drawn(rng, 2), rng.uniform(0.05, 0.3), steps];
  },
  branchesOf: (xs: number[], _ys, _start, _eta, steps: number) => [
    xs.length === 1 ? "single" : steps === 1 ? "one" : "several",
  ],
  edges: [
    { title: "正文的四个样本，一步", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 1] },
    { title: "正文的四个样本，两步", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [0, 0], 0.1, 2] },
    { title: "一步也不走", args: [[1, 2], [3, 4], [0.5, -0.5], 0.1, 0] },
    { title: "已经在谷底", args: [[-1, 0, 1, 2], [-1, 1, 3, 5], [2, 1], 0.1, 3] },
  ],
  hints: [
    "一步四个动作：清零，前向，反向，更新。每一步都换一个新引擎、新叶子，就等于清了零。",
    "$\\mathcal L=\\frac1N\\sum_i\\frac12(wx_i+b-y_i)^2$。一个样本的那一份是 $\\frac1{2N}e_i^2$，逐个样本 `backward`，梯度自然加在一起；全部加完再一起更新 $w\\leftarrow w-\\eta\\,\\bar w$，$b\\leftarrow b-\\eta\\,\\bar b$。",
    "循环里：`const engine = makeEngine(); const w = engine.leaf(at[0]); const b = engine.leaf(at[1]);`，对每个 `i` 算 `e = engine.sub(engine.add(engine.mul(w, engine.constant(xs[i])), b), engine.constant(ys[i]))`，`engine.backward(engine.mul(engine.constant(0.5 / xs.length), engine.pow(e, 2)))`，最后 `at = [at[0] - eta * w.grad, at[1] - eta * b.grad];`。",
  ],
  mutants: [
    { id: "not-cleared", fn: fit({ clear: false }) },
    { id: "cleared-before-update", fn: (_xs, _ys, start: number[]) => start },
    {
      id: "sum-not-mean",
      fn: fit({ gradient: (e, xs) => [mean(products(e, xs)) * e.length, mean(e) * e.length] }),
    },
    { id: "no-half", fn: fit({ gradient: (e, xs) => [2 * mean(products(e, xs)), 2 * mean(e)] }) },
    { id: "ascent", fn: fit({ gradient: (e, xs) => [-mean(products(e, xs)), -mean(e)] }) },
    { id: "updated-w", fn: fit({ inTurn: true }) },
    {
      id: "last-sample",
      fn: fit({ gradient: (e, xs) => [(e.at(-1)! * xs.at(-1)!) / e.length, e.at(-1)! / e.length] }),
    },
    { id: "one-by-one", fn: oneByOne },
    { id: "one-step-only", fn: fit({ steps: (n) => Math.min(n, 1) }) },
    { id: "one-step-short", fn: fit({ steps: (n) => n - 1 }) },
    { id: "one-step-more", fn: fit({ steps: (n) => n + 1 }) },
    { id: "bias-stuck", fn: fit({ gradient: (e, xs) => [mean(products(e, xs)), 0] }) },
    {
      id: "swapped",
      fn: (...args: Parameters<ReturnType<typeof fit>>) => fit()(...args).toReversed(),
    },
  ],
};
