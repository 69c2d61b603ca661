import { layersMistakes } from "../mistakes/layers.js";
import { layersOracles } from "../oracles/layers.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { add, mean, scale, total, type Vector } from "./vectors.js";

// 两层标量网络 ŷ = w₂·tanh(w₁x + b₁) + b₂，损失 L = (ŷ − y)²/2。参数依次是 w₁ b₁ w₂ b₂。
type Theta = [w1: number, b1: number, w2: number, b2: number];

/** 前向的中间值。 */
function run([w1, b1, w2, b2]: Theta, x: number, y: number) {
  const h = Math.tanh(w1 * x + b1);
  return { h, e: w2 * h + b2 - y };
}

function loss(theta: Theta, x: number, y: number): number {
  const { e } = run(theta, x, y);
  return (e * e) / 2;
}

/** 由误差、局部导数拼出四个偏导数；各处的错法只换掉其中一个因子。 */
function partials(theta: Theta, x: number, y: number, change: Change = {}): number[] {
  const { h, e } = run(theta, x, y);
  const dy = (change.upstream ?? ((error) => error))(e, h);
  const inner =
    dy * (change.outer ?? theta[2]) * (change.gate ?? ((value) => 1 - value * value))(h, theta, x);
  return [inner * (change.input ?? x), inner, dy * (change.hidden ?? h), dy];
}

interface Change {
  upstream?: (e: number, h: number) => number;
  outer?: number;
  gate?: (h: number, theta: Theta, x: number) => number;
  input?: number;
  hidden?: number;
}

const branches = [
  { id: "below", title: "预测偏低" },
  { id: "above", title: "预测偏高" },
  { id: "saturated", title: "tanh 接近饱和" },
];

const large = (rng: Rng) => rng.sign() * rng.uniform(0.4, 2);

/** 先定 z₁ 与误差，再倒推 b₁ 与 y，分支才稳。 */
function drawTheta(rng: Rng, branch: string, x: number): Theta {
  const z = rng.sign() * (branch === "saturated" ? rng.uniform(2.2, 3.2) : rng.uniform(0.2, 1.2));
  const w1 = large(rng);
  return [w1, z - w1 * x, large(rng), large(rng)];
}

function drawPoint(rng: Rng, branch: string): [Theta, number, number] {
  const x = rng.sign() * rng.uniform(0.4, 1.8);
  const theta = drawTheta(rng, branch, x);
  const side = branch === "below" ? -1 : branch === "above" ? 1 : rng.sign();
  const prediction = run(theta, x, 0).e;
  return [theta, x, prediction - side * rng.uniform(0.3, 2)];
}

function branchesOf(theta: Theta, x: number, y: number): string[] {
  const seen = [run(theta, x, y).e < 0 ? "below" : "above"];
  if (Math.abs(theta[0] * x + theta[1]) > 2) seen.push("saturated");
  return seen;
}

const pointEdges = [
  { title: "预测恰好正确", args: [[1.5, -1.5, 2, 0.5], 1, 0.5] },
  { title: "隐藏值恰为 0", args: [[0.5, -1, 3, 2], 2, 1] },
  { title: "输入恰为 0", args: [[2, 0.5, -1.5, 1], 0, -1] },
  { title: "第二层权重恰为 0", args: [[1, 0.5, 0, 1], 0.5, 2] },
];

const value: Question = {
  id: "layers.loss",
  fn: "layersLoss",
  signature: "layersLoss(theta: number[], x: number, y: number): number",
  title: "两层网络的损失",
  points: 1,
  params: ["theta", "x", "y"],
  reference: loss,
  // 独立的公式：tanh 换成指数，平方展开。
  truth: {
    kind: "value",
    second: ([w1, b1, w2, b2]: Theta, x: number, y: number) => {
      const p = w2 * (1 - 2 / (Math.exp(2 * (w1 * x + b1)) + 1)) + b2;
      return (p * p) / 2 - p * y + (y * y) / 2;
    },
  },
  branches,
  sample: drawPoint,
  branchesOf,
  edges: pointEdges,
  hints: [
    "从输入往输出，一步一个中间值：先 $z_1$，再 $h_1$，再 $\\hat y$，最后 $L$。",
    "$z_1=w_1x+b_1$，$h_1=\\tanh z_1$，$\\hat y=w_2h_1+b_2$，$L=\\tfrac12(\\hat y-y)^2$。",
    "`const h = Math.tanh(w1 * x + b1); const e = w2 * h + b2 - y;`，然后返回 `0.5 * e * e`。",
  ],
  mutants: [
    { id: "no-half", fn: (t: Theta, x, y) => 2 * loss(t, x, y) },
    { id: "prediction", fn: (t: Theta, x) => run(t, x, 0).e },
    { id: "error", fn: (t: Theta, x, y) => run(t, x, y).e },
    { id: "absolute", fn: (t: Theta, x, y) => Math.abs(run(t, x, y).e) },
    { id: "no-tanh", fn: ([w1, b1, w2, b2]: Theta, x, y) => (w2 * (w1 * x + b1) + b2 - y) ** 2 / 2 },
    { id: "no-b1", fn: ([w1, , w2, b2]: Theta, x, y) => loss([w1, 0, w2, b2], x, y) },
    { id: "no-b2", fn: ([w1, b1, w2]: Theta, x, y) => loss([w1, b1, w2, 0], x, y) },
    { id: "tanh-last", fn: (t: Theta, x, y) => (Math.tanh(run(t, x, 0).e) - y) ** 2 / 2 },
    { id: "bias-outside", fn: ([w1, b1, w2, b2]: Theta, x, y) => loss([w1, 0, w2, b2 + w2 * b1], x, y) },
    { id: "layers-swapped", fn: ([w1, b1, w2, b2]: Theta, x, y) => loss([w2, b2, w1, b1], x, y) },
    { id: "plus-target", fn: (t: Theta, x, y) => loss(t, x, -y) },
  ],
};

/** 单点与批量共用的错法：各换掉一个因子。 */
const slips: [id: string, fn: (theta: Theta, x: number, y: number) => number[]][] = [
  ["sign", (t, x, y) => partials(t, x, y, { upstream: (e) => -e })],
  ["factor-two", (t, x, y) => partials(t, x, y, { upstream: (e) => 2 * e })],
  ["no-error", (t, x, y) => partials(t, x, y, { upstream: () => 1 })],
  ["no-tanh-slope", (t, x, y) => partials(t, x, y, { gate: () => 1 })],
  ["slope-unsquared", (t, x, y) => partials(t, x, y, { gate: (h) => 1 - h })],
  ["slope-of-z", (t, x, y) => partials(t, x, y, { gate: (_, [w1, b1], u) => 1 - (w1 * u + b1) ** 2 })],
  ["slope-twice", (t, x, y) => partials(t, x, y, { gate: (h) => 1 - Math.tanh(h) ** 2 })],
  ["no-w2", (t, x, y) => partials(t, x, y, { outer: 1 })],
  ["w1-for-w2", (t, x, y) => partials(t, x, y, { outer: t[0] })],
  ["no-x", (t, x, y) => partials(t, x, y, { input: 1 })],
  ["w2-by-z", (t, x, y) => partials(t, x, y, { hidden: t[0] * x + t[1] })],
  ["w2-by-x", (t, x, y) => partials(t, x, y, { hidden: x })],
];

const gradient: Question = {
  id: "layers.grad",
  fn: "layersGrad",
  signature: "layersGrad(theta: number[], x: number, y: number): number[]",
  title: "四个偏导数",
  points: 2,
  params: ["theta", "x", "y"],
  reference: (t: Theta, x, y) => partials(t, x, y),
  truth: { kind: "gradient", forward: loss, wrt: 0 },
  branches,
  sample: drawPoint,
  branchesOf,
  edges: pointEdges,
  hints: [
    "从损失往回走，手里一直拿着伴随值：先 $\\bar{\\hat y}$，再 $\\bar h_1$，再 $\\bar z_1$；路过一层就顺手写下这一层的 $\\bar w$ 和 $\\bar b$。",
    "$\\bar{\\hat y}=e$，$\\bar h_1=e\\,w_2$，$\\bar z_1=\\bar h_1(1-h_1^2)$。$\\bar w$ 等于本层的伴随值乘本层的输入，$\\bar b$ 等于本层的伴随值。",
    "`const dz = e * w2 * (1 - h * h);`，返回 `[dz * x, dz, e * h, e]`，次序是 $w_1,b_1,w_2,b_2$。",
  ],
  mutants: [
    ...slips.map(([id, fn]) => ({ id, fn })),
    {
      id: "order-reversed",
      fn: (t: Theta, x, y) => {
        const [w1, b1, w2, b2] = partials(t, x, y) as Theta;
        return [w2, b2, w1, b1];
      },
    },
    {
      id: "weights-then-biases",
      fn: (t: Theta, x, y) => {
        const [w1, b1, w2, b2] = partials(t, x, y) as Theta;
        return [w1, w2, b1, b2];
      },
    },
  ],
};

type Batch = [theta: Theta, xs: number[], ys: number[]];
/** 各行对应位置相加。 */
const sumOf = (rows: Vector[]) => rows.reduce(add);

/** 逐个样本求四个数，再平均。 */
const overBatch =
  (f: (theta: Theta, x: number, y: number) => number[]) =>
  (...[theta, xs, ys]: Batch): number[] =>
    scale(sumOf(xs.map((x, i) => f(theta, x, ys[i]!))), 1 / xs.length);

const batchBranches = [...branches, { id: "mixed", title: "有的偏高，有的偏低" }];

function batchSeen(...[theta, xs, ys]: Batch): string[] {
  const each = xs.map((x, i) => branchesOf(theta, x, ys[i]!));
  const seen = new Set(each.flat());
  if (seen.has("below") && seen.has("above")) seen.add("mixed");
  return [...seen];
}

const batch: Question = {
  id: "layers.batch",
  fn: "layersBatchGrad",
  signature: "layersBatchGrad(theta: number[], xs: number[], ys: number[]): number[]",
  title: "一批样本的平均",
  points: 1,
  params: ["theta", "xs", "ys"],
  reference: overBatch(partials),
  truth: {
    kind: "gradient",
    forward: (...[theta, xs, ys]: Batch) => mean(xs.map((x, i) => loss(theta, x, ys[i]!))),
    wrt: 0,
  },
  branches: batchBranches,
  sample(rng, branch) {
    const count = rng.integer(3, 5);
    const first = rng.sign() * rng.uniform(0.4, 1.8);
    const theta = drawTheta(rng, branch, first);
    const xs = Array.from({ length: count }, (_, i) =>
      i === 0 ? first : rng.sign() * rng.uniform(0.4, 1.8),
    );
    const ys = xs.map((x, i) => {
      const side = branch === "below" ? -1 : branch === "above" ? 1 : i % 2 === 0 ? 1 : -1;
      return run(theta, x, 0).e - side * rng.uniform(0.3, 2);
    });
    return [theta, xs, ys];
  },
  branchesOf: batchSeen,
  edges: [
    { title: "只有一个样本", args: [[1, 0.5, 2, -1], [0.5], [1]] },
    {
      title: "两个样本的误差恰好抵消",
      args: [
        [0.5, -1, 3, 2],
        [2, 2],
        [1, 3],
      ],
    },
  ],
  hints: [
    "平均损失对参数的偏导数，等于各个样本偏导数的平均：求导和求和可以交换次序。",
    "$\\dfrac{\\partial\\mathcal L}{\\partial w_1}=\\dfrac1N\\sum_i\\dfrac{\\partial L_i}{\\partial w_1}$，另外三个同理。每个样本都要用它自己的 $x_i$、$h_i$、$e_i$。",
    "对每个样本调用 `layersGrad(theta, xs[i], ys[i])`，把四个分量各自加起来，最后都除以 `xs.length`。",
  ],
  mutants: [
    { id: "no-mean", fn: (...[t, xs, ys]: Batch) => scale(overBatch(partials)(t, xs, ys), xs.length) },
    {
      id: "mean-twice",
      fn: (...[t, xs, ys]: Batch) => scale(overBatch(partials)(t, xs, ys), 1 / xs.length),
    },
    { id: "averaged-data", fn: (...[t, xs, ys]: Batch) => partials(t, mean(xs), mean(ys)) },
    { id: "first-only", fn: (...[t, xs, ys]: Batch) => partials(t, xs[0]!, ys[0]!) },
    { id: "last-only", fn: (...[t, xs, ys]: Batch) => partials(t, xs.at(-1)!, ys.at(-1)!) },
    {
      id: "by-parameters",
      fn: (...[t, xs, ys]: Batch) => scale(overBatch(partials)(t, xs, ys), xs.length / 4),
    },
    ...slips.map(([id, fn]) => ({ id, fn: overBatch(fn) })),
  ],
};

/** 全连接网络的参数个数：相邻两层之间 进×出 个权重，出 个偏置。 */
function parameters(widths: number[]): number {
  return widths.slice(1).reduce((sum, out, i) => sum + widths[i]! * out + out, 0);
}

const CHAIN = 0;
const ONE_SIDED = 1;
const methods = [
  { id: "chain", title: "链式法则" },
  { id: "one-sided", title: "单边扰动" },
  { id: "central", title: "两边扰动" },
];

function passes(widths: number[], steps: number, method: number): number {
  const P = parameters(widths);
  return steps * (method === CHAIN ? 1 : method === ONE_SIDED ? P + 1 : 2 * P);
}

const withCount = (count: (widths: number[]) => number) => (widths: number[], steps: number, m: number) =>
  m === CHAIN ? steps : steps * (m === ONE_SIDED ? count(widths) + 1 : 2 * count(widths));
const weightsOnly = (widths: number[]) => parameters(widths) - total(widths.slice(1));

const forwards: Question = {
  id: "layers.passes",
  fn: "forwardPasses",
  signature: "forwardPasses(widths: number[], steps: number, method: number): number",
  title: "预测前向的次数",
  points: 1,
  params: ["widths", "steps", "method"],
  reference: passes,
  // 独立的办法：真的把每个旋钮数一遍。
  truth: {
    kind: "value",
    second(widths: number[], steps: number, method: number) {
      let once = method === CHAIN || method === ONE_SIDED ? 1 : 0;
      for (let layer = 1; layer < widths.length; layer++) {
        for (let unit = 0; unit < widths[layer]!; unit++) {
          for (let source = 0; source <= widths[layer - 1]!; source++) once += method;
        }
      }
      return once * steps;
    },
  },
  branches: methods,
  sample(rng, branch) {
    const widths = Array.from({ length: rng.integer(3, 5) }, () => rng.integer(2, 7));
    return [widths, rng.integer(3, 20), methods.findIndex(({ id }) => id === branch)];
  },
  branchesOf: (_, __, method: number) => [methods[method]!.id],
  edges: [
    { title: "本题的两层标量网络", args: [[1, 1, 1], 1, 1] },
    { title: "本题的两层标量网络，两边扰动", args: [[1, 1, 1], 1, 2] },
    { title: "只有一层", args: [[4, 3], 10, 1] },
    { title: "一步也不走", args: [[2, 5, 1], 0, 1] },
  ],
  hints: [
    "先数旋钮。相邻两层之间，前一层的每个神经元到后一层的每个神经元各有一个权重，后一层的每个神经元还有一个偏置。",
    "$P=\\sum_k(n_{k-1}n_k+n_k)$。一步：链式法则 $1$ 次，单边扰动 $P+1$ 次，两边扰动 $2P$ 次。再乘步数。",
    "用循环 `for (let k = 1; k < widths.length; k++) P += (widths[k - 1] + 1) * widths[k];`，再按 `method` 返回 `steps`、`steps * (P + 1)` 或 `steps * 2 * P`。",
  ],
  mutants: [
    { id: "no-baseline", fn: (w, n, m) => (m === ONE_SIDED ? passes(w, n, m) - n : passes(w, n, m)) },
    {
      id: "baseline-once",
      fn: (w, n, m) => (m === ONE_SIDED ? n * parameters(w) + 1 : passes(w, n, m)),
    },
    { id: "central-baseline", fn: (w, n, m) => passes(w, n, m) + (m === 2 ? n : 0) },
    { id: "central-as-one", fn: (w, n, m) => passes(w, n, Math.min(m, ONE_SIDED)) },
    { id: "no-biases", fn: withCount(weightsOnly) },
    { id: "biases-only", fn: withCount((w) => total(w.slice(1))) },
    { id: "input-biases", fn: withCount((w) => parameters(w) + w[0]!) },
    { id: "neurons", fn: withCount(total) },
    { id: "no-steps", fn: (w, _, m) => passes(w, 1, m) },
    { id: "chain-per-parameter", fn: (w, n, m) => (m === CHAIN ? n * parameters(w) : passes(w, n, m)) },
    { id: "chain-per-layer", fn: (w, n, m) => (m === CHAIN ? n * (w.length - 1) : passes(w, n, m)) },
    { id: "backward-counted", fn: (w, n, m) => (m === CHAIN ? 3 * n : passes(w, n, m)) },
  ],
};

export const layers = family({
  id: "layers",
  title: "两层标量网络",
  exercise: "1-foundations/01-background",
  mistakes: layersMistakes,
  oracles: layersOracles,
  questions: [value, gradient, batch, forwards],
});
