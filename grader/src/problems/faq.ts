import { faqMistakes } from "../mistakes/faq.js";
import { faqOracles } from "../oracles/faq.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";

/** 判断题的答案：论断成立写 1，不成立写 0；证据是算出来的几个数。 */
type Answer = { claim: number; evidence: number[] };
const answer = (holds: boolean, ...evidence: number[]): Answer => ({ claim: holds ? 1 : 0, evidence });
const flipped = (given: Answer): Answer => ({ ...given, claim: 1 - given.claim });

// 第一题：各层宽度给定，求整张雅可比矩阵，两种模式各要多少次乘法。
const onePass = (widths: number[]): number =>
  widths.slice(1).reduce((sum, width, k) => sum + width * widths[k]!, 0);
const compare = (forward: number, reverse: number): Answer => answer(forward < reverse, forward, reverse);
const ends = (widths: number[]): [number, number] => [widths[0]!, widths[widths.length - 1]!];
const cheaper = (widths: number[]): Answer => {
  const [n, m] = ends(widths);
  return compare(n * onePass(widths), m * onePass(widths));
};

/** 第二个判据：真的把单位向量一层一层推过去，逐个数乘法。 */
function countByPushing(widths: number[]): Answer {
  const push = (layers: number[]): number => {
    let count = 0;
    for (let input = 0; input < layers[0]!; input++)
      for (let k = 1; k < layers.length; k++)
        for (let row = 0; row < layers[k]!; row++) count += layers[k - 1]!;
    return count;
  };
  return compare(push(widths), push([...widths].reverse()));
}

const modes: Question = {
  id: "faq.modes",
  fn: "forwardIsCheaper",
  signature: "forwardIsCheaper(widths: number[]): { claim: number; evidence: number[] }",
  title: "前向模式更省吗",
  points: 1,
  params: ["widths"],
  reference: cheaper,
  truth: { kind: "value", second: countByPushing },
  branches: [
    { id: "few-inputs", title: "输入比输出少" },
    { id: "few-outputs", title: "输出比输入少" },
  ],
  sample: (rng, branch) => {
    const hidden = Array.from({ length: rng.integer(1, 3) }, () => rng.integer(8, 15));
    const [small, large] = [rng.integer(2, 3), rng.integer(5, 7)];
    return [branch === "few-inputs" ? [small, ...hidden, large] : [large, ...hidden, small]];
  },
  branchesOf: (widths: number[]) => [ends(widths)[0] < ends(widths)[1] ? "few-inputs" : "few-outputs"],
  edges: [
    { title: "题面里的网络", args: [[2, 4, 3]] },
    { title: "输入与输出一样多", args: [[3, 5, 3]] },
    { title: "一样多，两个隐藏层", args: [[2, 7, 4, 2]] },
    { title: "一条曲线", args: [[1, 6, 50]] },
    { title: "一个损失", args: [[50, 6, 1]] },
    { title: "只有一层", args: [[4, 9]] },
  ],
  hints: [
    "前向模式一趟管一个输入，反向模式一趟管一个输出。先算一趟要多少次乘法，再乘趟数。",
    "一趟穿过每一个权重矩阵一次，共 $\\sum_k d_kd_{k+1}$ 次乘法，两种模式相同。前向走 $d_0$ 趟，反向走最后一层宽度那么多趟。",
    "循环累加 `pass += widths[k] * widths[k + 1]`，再取 `forward = widths[0] * pass`、`reverse = widths[widths.length - 1] * pass`，论断是 `forward < reverse`。",
  ],
  mutants: [
    { id: "modes-swapped", fn: (w) => compare(cheaper(w).evidence[1]!, cheaper(w).evidence[0]!) },
    { id: "claim-flipped", fn: (w) => flipped(cheaper(w)) },
    {
      id: "tie-counts",
      fn: (w) => {
        const [f, r] = cheaper(w).evidence as [number, number];
        return answer(f <= r, f, r);
      },
    },
    { id: "passes-only", fn: (w) => compare(...ends(w)) },
    {
      id: "one-pass",
      fn: (w) => answer(ends(w)[0] < ends(w)[1], onePass(w), onePass(w)),
    },
    {
      id: "last-layer-missing",
      fn: (w) => compare(ends(w)[0] * onePass(w.slice(0, -1)), ends(w)[1] * onePass(w.slice(0, -1))),
    },
    {
      id: "first-layer-missing",
      fn: (w) => compare(ends(w)[0] * onePass(w.slice(1)), ends(w)[1] * onePass(w.slice(1))),
    },
    {
      id: "widths-summed",
      fn: (w: number[]) => {
        const sum = w.reduce((a, b) => a + b, 0);
        return compare(ends(w)[0] * sum, ends(w)[1] * sum);
      },
    },
    {
      id: "plus-one-run",
      fn: (w) => compare((ends(w)[0] + 1) * onePass(w), (ends(w)[1] + 1) * onePass(w)),
    },
  ],
};

// 第二题：h_k = σ(w_k h_{k−1}) − 1/2 的链，梯度剩下多少。
const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
const slope = (z: number): number => sigmoid(z) * (1 - sigmoid(z));
const product = (values: number[]): number => values.reduce((p, v) => p * v, 1);
const ceiling = (ws: number[]): number => product(ws.map((w) => Math.abs(w) / 4));
const threshold = 1e-3;
const judged = (gradient: number, bound: number): Answer =>
  answer(Math.abs(gradient) < threshold, gradient, bound);

/** 每层的加权和。 */
function sums(ws: number[], x: number, shift = 0.5): number[] {
  let h = x;
  return ws.map((w) => {
    const z = w * h;
    h = sigmoid(z) - shift;
    return z;
  });
}
const factors = (ws: number[], x: number): number[] => sums(ws, x).map((z, k) => ws[k]! * slope(z));
const vanishes = (ws: number[], x: number): Answer => judged(product(factors(ws, x)), ceiling(ws));

/** 第二个判据：σ(z) − 1/2 = ½tanh(z/2)，斜率是 ¼ 减去它的平方；值与导数一起往前推。 */
function vanishesForward(ws: number[], x: number): Answer {
  let [h, rate, most] = [x, 1, 1];
  for (const w of ws) {
    h = Math.tanh((w * h) / 2) / 2;
    rate *= w * (0.25 - h * h);
    most *= Math.abs(w / 4);
  }
  return judged(rate, most);
}

const drawWeights = (rng: Rng, count: number, low: number, high: number): number[] =>
  Array.from({ length: count }, () => rng.sign() * rng.uniform(low, high));

const vanishing: Question = {
  id: "faq.vanishing",
  fn: "gradientVanishes",
  signature: "gradientVanishes(ws: number[], x: number): { claim: number; evidence: number[] }",
  title: "梯度消失了吗",
  points: 2,
  params: ["ws", "x"],
  reference: vanishes,
  truth: { kind: "value", second: vanishesForward },
  branches: [
    { id: "deep", title: "很深，权重小" },
    { id: "shallow", title: "不深，权重大" },
    { id: "saturated", title: "不深，第一层饱和" },
  ],
  sample: (rng, branch) => {
    if (branch === "deep") return [drawWeights(rng, rng.integer(8, 10), 0.6, 1.4), rng.uniform(0.5, 1.2)];
    if (branch === "shallow")
      return [drawWeights(rng, rng.integer(2, 3), 2.5, 3.5), rng.sign() * rng.uniform(0.3, 0.6)];
    const first = rng.sign() * rng.uniform(14, 18);
    return [[first, ...drawWeights(rng, 2, 2.2, 3)], rng.uniform(0.9, 1.2)];
  },
  branchesOf: (ws: number[]) => [ws.length > 5 ? "deep" : Math.abs(ws[0]!) > 10 ? "saturated" : "shallow"],
  edges: [
    { title: "题面里的链", args: [[2, -4, 8], 0] },
    { title: "五层，权重全是 1", args: [[1, 1, 1, 1, 1], 0] },
    { title: "四层，权重全是 1", args: [[1, 1, 1, 1], 0] },
    { title: "每层翻一倍", args: [[8, 8, 8], 0] },
    { title: "中间断开", args: [[4, 0, 4], 0.5] },
    { title: "一层", args: [[-4], 0] },
  ],
  hints: [
    "从 $h_0=x$ 往前走，每一层记下加权和 $z_k$，梯度是每层因子的乘积。",
    "每层的因子是 $w_k\\sigma'(z_k)$，$\\sigma'=\\sigma(1-\\sigma)$，里面的 $\\sigma$ 没有减去 $\\tfrac12$。上限是 $\\prod_k\\lvert w_k\\rvert/4$，论断看的是梯度的绝对值。",
    "循环里：`const s = 1 / (1 + Math.exp(-w * h));`，`gradient *= w * s * (1 - s);`，`bound *= Math.abs(w) / 4;`，最后更新 `h = s - 0.5`。",
  ],
  mutants: [
    { id: "weights-missing", fn: (ws, x) => judged(product(sums(ws, x).map(slope)), ceiling(ws)) },
    {
      id: "shifted-slope",
      fn: (ws: number[], x) =>
        judged(
          product(sums(ws, x).map((z, k) => ws[k]! * (sigmoid(z) - 0.5) * (1.5 - sigmoid(z)))),
          ceiling(ws),
        ),
    },
    {
      id: "slope-at-output",
      fn: (ws: number[], x) =>
        judged(product(sums(ws, x).map((z, k) => ws[k]! * slope(sigmoid(z) - 0.5))), ceiling(ws)),
    },
    {
      id: "not-centred",
      fn: (ws: number[], x) => judged(product(sums(ws, x, 0).map((z, k) => ws[k]! * slope(z))), ceiling(ws)),
    },
    {
      id: "added",
      fn: (ws, x) =>
        judged(
          factors(ws, x).reduce((a, b) => a + b, 0),
          ceiling(ws),
        ),
    },
    { id: "magnitude", fn: (ws, x) => judged(Math.abs(product(factors(ws, x))), ceiling(ws)) },
    { id: "first-layer-missing", fn: (ws, x) => judged(product(factors(ws, x).slice(1)), ceiling(ws)) },
    {
      id: "signed-bound",
      fn: (ws: number[], x) => judged(product(factors(ws, x)), product(ws.map((w) => w / 4))),
    },
    {
      id: "bound-without-weights",
      fn: (ws: number[], x) => judged(product(factors(ws, x)), 0.25 ** ws.length),
    },
    {
      id: "claim-from-bound",
      fn: (ws, x) => ({ ...vanishes(ws, x), claim: ceiling(ws) < threshold ? 1 : 0 }),
    },
    {
      id: "sign-forgotten",
      fn: (ws, x) => ({ ...vanishes(ws, x), claim: product(factors(ws, x)) < threshold ? 1 : 0 }),
    },
    { id: "claim-flipped", fn: (ws, x) => flipped(vanishes(ws, x)) },
  ],
};

// 第三题：差商的两笔误差与最好的步长。
interface Costs {
  truncation: number;
  rounding: number;
  best: number;
}
type Setting = [sides: number, bits: number, f: number, high: number, h: number];
function costs(...[sides, bits, f, high, h]: Setting): Costs {
  const u = 2 ** -bits;
  return sides === 1
    ? { truncation: (h / 2) * high, rounding: (2 * u * f) / h, best: 2 * Math.sqrt((u * f) / high) }
    : { truncation: ((h * h) / 6) * high, rounding: (u * f) / h, best: Math.cbrt((3 * u * f) / high) };
}
const report = ({ truncation, rounding, best }: Costs, h: number): Answer =>
  answer(h < best, truncation, rounding, best);
const tooSmall = (...setting: Setting): Answer => report(costs(...setting), setting[4]);

/** 第二个判据：最好的步长由「两项的导数抵消」用二分法解出来，不用开方的公式。 */
function bySearching(...[sides, bits, f, high, h]: Setting): Answer {
  const [power, share, noise] = sides === 1 ? [1, 2, 2] : [2, 6, 1];
  const rounded = noise * f * 2 ** -bits;
  let [low, top] = [1e-12, 1e3];
  for (let k = 0; k < 200; k++) {
    const middle = Math.sqrt(low * top);
    if ((power * high * middle ** (power + 1)) / share < rounded) low = middle;
    else top = middle;
  }
  // 试点取得整齐时，最好的步长恰好等于 h：差在舍入之内不算「更小」。
  const best = Math.abs(top / h - 1) < 1e-12 ? h : top;
  return answer(h < best, (high * h ** power) / share, rounded / h, best);
}

const step: Question = {
  id: "faq.step",
  fn: "stepTooSmall",
  signature:
    "stepTooSmall(sides: number, bits: number, f: number, high: number, h: number): { claim: number; evidence: number[] }",
  title: "步长取小了吗",
  points: 1,
  params: ["sides", "bits", "f", "high", "h"],
  reference: tooSmall,
  truth: { kind: "value", second: bySearching },
  branches: [
    { id: "one", title: "单边差商" },
    { id: "two", title: "双边差商" },
  ],
  sample: (rng, branch) => {
    const [sides, bits] = [branch === "one" ? 1 : 2, rng.pick([24, 53])];
    const [f, high] = [rng.uniform(2, 4), rng.uniform(0.3, 0.8)];
    const ratio = rng.sign() > 0 ? rng.uniform(0.2, 0.4) : rng.uniform(2.5, 5);
    return [sides, bits, f, high, costs(sides, bits, f, high, 1).best * ratio];
  },
  branchesOf: (sides: number) => [sides === 1 ? "one" : "two"],
  edges: [
    { title: "题面里的设定", args: [1, 24, 1, 1, 2 ** -10] },
    { title: "恰好是最好的步长", args: [1, 24, 1, 1, 2 ** -11] },
    { title: "恰好是最好的步长，函数值大", args: [1, 24, 4, 1, 2 ** -10] },
    { title: "把双精度的步长搬到单精度", args: [2, 24, 1, 1, 1e-5] },
    { title: "双精度，双边", args: [2, 53, 1, 1, 1e-5] },
    { title: "双精度，单边取得太小", args: [1, 53, 3, 1, 1e-10] },
  ],
  hints: [
    "正文里写出了两种差商各自的截断误差与舍入误差，以及最好的步长，把数代进去。",
    "$u=2^{-\\text{bits}}$。单边：$\\tfrac h2\\lvert f''\\rvert$、$\\tfrac{2u\\lvert f\\rvert}h$、$2\\sqrt{u\\lvert f\\rvert/\\lvert f''\\rvert}$。双边：$\\tfrac{h^2}6\\lvert f'''\\rvert$、$\\tfrac{u\\lvert f\\rvert}h$、$\\sqrt[3]{3u\\lvert f\\rvert/\\lvert f'''\\rvert}$。",
    "先写 `const u = 2 ** -bits;`，按 `sides` 分两支算三个数，`best` 用 `Math.sqrt` 或 `Math.cbrt`，论断是 `h < best`。",
  ],
  mutants: [
    { id: "sides-swapped", fn: (s, b, f, g, h) => tooSmall(3 - s, b, f, g, h) },
    { id: "epsilon-doubled", fn: (s, b, f, g, h) => tooSmall(s, b - 1, f, g, h) },
    { id: "always-double", fn: (s, _b, f, g, h) => tooSmall(s, 53, f, g, h) },
    { id: "claim-flipped", fn: (s, b, f, g, h) => flipped(tooSmall(s, b, f, g, h)) },
    {
      id: "values-swapped",
      fn: (s, b, f, g, h) => report({ ...costs(s, b, f, g, h), best: costs(s, b, g, f, h).best }, h),
    },
    {
      id: "square-root-always",
      fn: (s, b, f, g, h) => report({ ...costs(s, b, f, g, h), best: 2 * Math.sqrt((2 ** -b * f) / g) }, h),
    },
    {
      id: "bare-power",
      fn: (s, b, f, g, h) => report({ ...costs(s, b, f, g, h), best: 2 ** (-b / (s + 1)) }, h),
    },
    {
      id: "first-power",
      fn: (s, b, f, g, h) => report({ ...costs(s, b, f, g, h), truncation: (h * g) / (s === 1 ? 2 : 6) }, h),
    },
    {
      id: "rounding-multiplied",
      fn: (s, b, f, g, h) =>
        report({ ...costs(s, b, f, g, h), rounding: (s === 1 ? 2 : 1) * 2 ** -b * f * h }, h),
    },
    {
      id: "one-rounding",
      fn: (s, b, f, g, h) => report({ ...costs(s, b, f, g, h), rounding: (2 ** -b * f) / h }, h),
    },
    {
      id: "equal-counts",
      fn: (s, b, f, g, h) => ({ ...tooSmall(s, b, f, g, h), claim: h <= costs(s, b, f, g, h).best ? 1 : 0 }),
    },
  ],
};

// 第四题：由三个函数值求左右斜率，看一个约定夹不夹在中间。
const between = (g: number, left: number, right: number): boolean =>
  Math.min(left, right) <= g && g <= Math.max(left, right);
const sidesOf = ([before, at, after]: number[], h: number): [number, number] => [
  (at! - before!) / h,
  (after! - at!) / h,
];
const acceptable = (values: number[], h: number, g: number): Answer => {
  const [left, right] = sidesOf(values, h);
  return answer(between(g, left, right), left, right);
};
const withClaim = (values: number[], h: number, claim: boolean): Answer =>
  answer(claim, ...sidesOf(values, h));

const kink: Question = {
  id: "faq.kink",
  fn: "conventionHolds",
  signature: "conventionHolds(values: number[], h: number, g: number): { claim: number; evidence: number[] }",
  title: "拐点处的约定说得通吗",
  points: 1,
  params: ["values", "h", "g"],
  reference: acceptable,
  truth: {
    kind: "value",
    // 第二个判据：夹在中间就是「与两边之差异号，或有一个是零」。
    second: ([before, at, after]: number[], h: number, g: number) => {
      const [left, right] = [-(before! - at!) / h, -(at! - after!) / h];
      return answer((g - left) * (g - right) <= 0, left, right);
    },
  },
  branches: [
    { id: "convex", title: "右边的斜率大" },
    { id: "concave", title: "左边的斜率大" },
  ],
  sample: (rng, branch) => {
    const [low, high, h] = [rng.uniform(-3, -1), rng.uniform(0.5, 2.5), rng.uniform(0.1, 0.4)];
    const [left, right] = branch === "convex" ? [low, high] : [high, low];
    const at = rng.uniform(-2, 2);
    const g = rng.pick([low - 0.7, low + 0.3 * (high - low), low + 0.6 * (high - low), high + 0.7]);
    return [[at - left * h, at, at + right * h], h, g];
  },
  branchesOf: (values: number[], h: number) => [
    sidesOf(values, h)[1] >= sidesOf(values, h)[0] ? "convex" : "concave",
  ],
  edges: [
    { title: "题面里的 |x|", args: [[0.5, 0, 0.5], 0.5, 0] },
    { title: "|x| 取左斜率", args: [[0.5, 0, 0.5], 0.5, -1] },
    { title: "|x| 取右斜率", args: [[0.25, 0, 0.25], 0.25, 1] },
    { title: "|x| 取 1.5", args: [[0.25, 0, 0.25], 0.25, 1.5] },
    { title: "|x| 取 −2", args: [[0.5, 0, 0.5], 0.5, -2] },
    { title: "relu 取 −1", args: [[0, 0, 0.25], 0.25, -1] },
    { title: "倒过来的尖角，取 0.5", args: [[-0.5, 0, -0.5], 0.5, 0.5] },
    { title: "relu 取 0", args: [[0, 0, 0.25], 0.25, 0] },
    { title: "一条直线", args: [[1, 2, 3], 0.5, 2] },
  ],
  hints: [
    "左右各取一个差商，都是“后面的值减前面的值，再除以 $h$”。",
    "左斜率 $\\dfrac{f(x)-f(x-h)}h$，右斜率 $\\dfrac{f(x+h)-f(x)}h$。夹在中间包括两端；左斜率不一定是小的那个。",
    "先算 `left`、`right`，论断是 `Math.min(left, right) <= g && g <= Math.max(left, right)`。",
  ],
  mutants: [
    {
      id: "left-sign",
      fn: (v, h, g) => {
        const [left, right] = sidesOf(v, h);
        return answer(between(g, -left, right), -left, right);
      },
    },
    {
      id: "central",
      fn: ([before, , after], h, g) => {
        const middle = (after - before) / (2 * h);
        return answer(g === middle, middle, middle);
      },
    },
    {
      id: "double-step",
      fn: (v, h, g) => acceptable(v, 2 * h, g),
    },
    { id: "not-divided", fn: (v, _h, g) => acceptable(v, 1, g) },
    {
      id: "sides-exchanged",
      fn: (v, h, g) => {
        const [left, right] = sidesOf(v, h);
        return answer(between(g, left, right), right, left);
      },
    },
    {
      id: "ends-excluded",
      fn: (v, h, g) => {
        const [left, right] = sidesOf(v, h);
        return withClaim(v, h, Math.min(left, right) < g && g < Math.max(left, right));
      },
    },
    {
      id: "left-assumed-smaller",
      fn: (v, h, g) => {
        const [left, right] = sidesOf(v, h);
        return withClaim(v, h, left <= g && g <= right);
      },
    },
    { id: "only-ends", fn: (v, h, g) => withClaim(v, h, sidesOf(v, h).includes(g)) },
    {
      id: "one-bound-only",
      fn: (v, h, g) => withClaim(v, h, g <= Math.max(...sidesOf(v, h))),
    },
    { id: "claim-flipped", fn: (v, h, g) => flipped(acceptable(v, h, g)) },
  ],
};

export const faq = family({
  id: "faq",
  title: "常见问题",
  exercise: "1-foundations/09-faq",
  mistakes: faqMistakes,
  oracles: faqOracles,
  questions: [modes, vanishing, step, kink],
});
