import { attentionMistakes } from "../mistakes/attention.js";
import { attentionOracles } from "../oracles/attention.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import { liftMutants, perLast, perRow } from "./lift.js";
import type { Matrix } from "./matrices.js";
import { bareWeights, normalise, weights } from "./softmax.js";
import { dot, mean, type Vector, zeros } from "./vectors.js";

const uniform = (x: Vector) => x.map(() => 1 / x.length);

/** 独立的第二种算法：a_j = 1/Σ_l exp((s_l−s_j)/τ)。溢出成 ∞ 时倒数恰好是 0。 */
function pairwise(s: Vector, v: Vector, tau: number): number {
  return s.reduce((y, sj, j) => y + v[j]! / s.reduce((sum, sl) => sum + Math.exp((sl - sj) / tau), 0), 0);
}

/** 权重 a 之下的协方差，先减平均再相乘。 */
function covariance(a: Vector, s: Vector, g: Vector): number {
  const [sMean, gMean] = [dot(a, s), dot(a, g)];
  return a.reduce((sum, p, j) => sum + p * (s[j]! - sMean) * (g[j]! - gMean), 0);
}

const slope = (s: Vector, g: Vector, tau: number) => -covariance(weights(s, tau), s, g) / tau ** 2;

// 分支按分数与温度的相对大小分。
const branches = [
  { id: "mild", title: "分数的差距与温度相当" },
  { id: "cold", title: "温度低，权重集中" },
  { id: "hot", title: "温度高，权重接近均匀" },
  { id: "large", title: "分数约为 +10000" },
  { id: "large-negative", title: "分数约为 −10000" },
];

/** 温度避开 1：τ=1 时漏除 τ 看不出来。 */
function drawTau(rng: Rng, branch: string): number {
  if (branch === "cold") return rng.uniform(0.1, 0.3);
  if (branch === "hot") return rng.uniform(6, 15);
  if (branch !== "mild") return rng.uniform(1.3, 3);
  return rng.sign() > 0 ? rng.uniform(0.4, 0.8) : rng.uniform(1.3, 2.2);
}

/** 分数之间的最大差距在 1 到 3 之间，又没有两个几乎相等。 */
function drawScores(rng: Rng, size: number, offset = 0): Vector {
  const step = rng.uniform(1, 2.5) / (size - 1);
  const s = Array.from({ length: size }, (_, j) => offset + step * (j + rng.uniform(-0.3, 0.3)));
  return s
    .map((x) => ({ x, order: rng.uniform(0, 1) }))
    .sort((a, b) => a.order - b.order)
    .map(({ x }) => x);
}

const offsetOf = (branch: string) => (branch === "large" ? 1e4 : branch === "large-negative" ? -1e4 : 0);
const drawVector = (rng: Rng, size: number) => Array.from({ length: size }, () => rng.uniform(-3, 3));

function branchOf(s: Vector, tau: number): string {
  if (s.some((x) => Math.abs(x / tau) > 800)) return s[0]! > 0 ? "large" : "large-negative";
  const ratio = (Math.max(...s) - Math.min(...s)) / tau;
  return ratio > 3.2 ? "cold" : ratio < 0.6 ? "hot" : "mild";
}

function sampleScores(rng: Rng, branch: string): [Vector, Vector, number] {
  const size = rng.integer(3, 5);
  return [drawScores(rng, size, offsetOf(branch)), drawVector(rng, size), drawTau(rng, branch)];
}

// 前三个点在任何温度下都不变；其余的坐标是整数，温度是 2 的幂，任何写法都算得准。
const scoreEdges = [
  { title: "分数全相等", args: [[2, 2, 2], [1, 4, -2], 0.5] },
  { title: "分数全相等，都是 −10000", args: [[-1e4, -1e4], [3, 5], 2] },
  { title: "只有一个键", args: [[3], [5], 2] },
  { title: "分数一正一负，相差 20000", args: [[1e4, -1e4], [3, 5], 2] },
  { title: "最高分并列，温度极低", args: [[2, 2, -1], [1, 3, 7], 2 ** -10] },
  { title: "分数 10000、9999、−10000", args: [[1e4, 9999, -1e4], [3, 1, 2], 2] },
];

const withWeights = (a: (s: Vector, tau: number) => Vector) => (s: Vector, v: Vector, tau: number) =>
  dot(a(s, tau), v);

const output: Question = {
  id: "attention.output",
  fn: "attentionOutput",
  signature: "attentionOutput(s: number[], v: number[], tau: number): number",
  title: "大分数也不溢出的注意力",
  points: 1,
  params: ["s", "v", "tau"],
  reference: withWeights(weights),
  truth: { kind: "value", second: pairwise },
  branches,
  sample: sampleScores,
  branchesOf: (s: Vector, _v: Vector, tau: number) => [branchOf(s, tau)],
  edges: scoreEdges,
  hints: [
    "先把分数除以温度，再做 softmax，最后按权重把值加起来。分数可能是 ±10000，直接取指数会得到无穷或零。",
    "softmax 的分子分母同乘 $e^{-m}$ 不变。取 $m$ 为最大的分数：$a_j=e^{(s_j-m)/\\tau}\\big/\\sum_le^{(s_l-m)/\\tau}$，最大的指数是 $e^0=1$。",
    "`const top = Math.max(...s)`，`const e = s.map((x) => Math.exp((x - top) / tau))`，再用 `e` 之和去除 $\\sum_je_jv_j$。",
  ],
  mutants: [
    { id: "overflow", fn: withWeights(bareWeights) },
    {
      id: "clamped",
      fn: withWeights((s, t) =>
        normalise(
          s.map((x) => Math.max(-700, Math.min(700, x / t))),
          0,
        ),
      ),
    },
    { id: "no-temperature", fn: withWeights((s) => weights(s, 1)) },
    { id: "times-tau", fn: withWeights((s, t) => weights(s, 1 / t)) },
    { id: "sqrt-tau", fn: withWeights((s, t) => weights(s, Math.sqrt(t))) },
    { id: "tau-squared", fn: withWeights((s, t) => weights(s, t * t)) },
    { id: "tau-outside", fn: withWeights((s, t) => weights(s, 1).map((a) => a / t)) },
    {
      id: "sign",
      fn: withWeights((s, t) =>
        weights(
          s.map((x) => -x),
          t,
        ),
      ),
    },
    { id: "hard", fn: (s: Vector, v: Vector) => v[s.indexOf(Math.max(...s))]! },
    { id: "uniform", fn: (_: Vector, v: Vector) => mean(v) },
    {
      id: "unnormalised",
      fn: withWeights((s, t) => s.map((x) => Math.exp((x - Math.max(...s)) / t))),
    },
    { id: "base-two", fn: withWeights((s, t) => weights(s, t / Math.LN2)) },
    { id: "averaged", fn: (s: Vector, v: Vector, t: number) => dot(weights(s, t), v) / s.length },
    { id: "swapped", fn: (s: Vector, v: Vector, t: number) => dot(weights(v, t), s) },
  ],
};

const tauGrad: Question = {
  id: "attention.tau",
  fn: "attentionTauGrad",
  signature: "attentionTauGrad(s: number[], g: number[], tau: number): number",
  title: "单个查询对温度的梯度",
  points: 2,
  params: ["s", "g", "tau"],
  reference: slope,
  truth: { kind: "gradient", forward: pairwise, wrt: 2 },
  branches: [
    ...branches,
    { id: "raise", title: "协方差为正，温度应升" },
    { id: "lower", title: "协方差为负，温度应降" },
  ],
  sample(rng, branch) {
    if (branch !== "raise" && branch !== "lower") return sampleScores(rng, branch);
    const [s, g, tau] = sampleScores(rng, "mild");
    const positive = covariance(weights(s, tau), s, g) > 0;
    return [s, positive === (branch === "raise") ? g : g.map((x) => -x), tau];
  },
  branchesOf: (s: Vector, g: Vector, tau: number) => [
    branchOf(s, tau),
    covariance(weights(s, tau), s, g) > 0 ? "raise" : "lower",
  ],
  edges: scoreEdges,
  hints: [
    "链式法则三段：$L=\\sum_ja_jg_j$，$a=\\operatorname{softmax}(z)$，$z=s/\\tau$。$\\tau$ 影响全部的 $z_j$，各路径要相加。",
    "$\\partial L/\\partial z_j=a_j(g_j-\\bar g)$，$\\partial z_j/\\partial\\tau=-s_j/\\tau^2$，合起来是 $-\\operatorname{Cov}_a(s,g)/\\tau^2$，平均与协方差都按权重 $a$ 算。",
    "先求稳定的权重 `a`，再求 $\\bar s=\\sum a_js_j$、$\\bar g=\\sum a_jg_j$，返回 $-\\sum_ja_j(s_j-\\bar s)(g_j-\\bar g)/\\tau^2$。先减平均再相乘，分数很大时才算得准。",
  ],
  mutants: [
    { id: "sign", fn: (s, g, t) => -slope(s, g, t) },
    { id: "no-square", fn: (s, g, t) => slope(s, g, t) * t },
    { id: "no-temperature", fn: (s, g, t) => slope(s, g, t) * t * t },
    { id: "beta", fn: (s, g, t) => -slope(s, g, t) * t * t },
    { id: "scaled-scores", fn: (s, g, t) => slope(s, g, t) / t },
    { id: "uniform-covariance", fn: (s: Vector, g: Vector, t) => -covariance(uniform(s), s, g) / t ** 2 },
    {
      id: "uncentred",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        return -a.reduce((sum, p, j) => sum + p * s[j]! * g[j]!, 0) / t ** 2;
      },
    },
    {
      id: "diagonal-only",
      fn: (s: Vector, g: Vector, t: number) =>
        -weights(s, t).reduce((sum, p, j) => sum + p * (1 - p) * s[j]! * g[j]!, 0) / t ** 2,
    },
    {
      id: "plain-means",
      fn: (s: Vector, g: Vector, t: number) =>
        -weights(s, t).reduce((sum, p, j) => sum + p * (s[j]! - mean(s)) * (g[j]! - mean(g)), 0) / t ** 2,
    },
    {
      id: "correlation",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        const spread = Math.sqrt(covariance(a, s, s) * covariance(a, g, g));
        return spread === 0 ? 0 : -covariance(a, s, g) / spread / t ** 2;
      },
    },
    {
      id: "weights-at-one",
      fn: (s: Vector, g: Vector, t: number) => -covariance(weights(s, 1), s, g) / t ** 2,
    },
    { id: "averaged", fn: (s: Vector, g: Vector, t: number) => slope(s, g, t) / s.length },
    {
      id: "unweighted",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        const [sMean, gMean] = [dot(a, s), dot(a, g)];
        return -s.reduce((sum, x, j) => sum + (x - sMean) * (g[j]! - gMean), 0) / t ** 2;
      },
    },
    {
      id: "overflow",
      fn: (s: Vector, g: Vector, t: number) => -covariance(bareWeights(s, t), s, g) / t ** 2,
    },
    { id: "value", fn: pairwise },
  ],
};

type Row = (s: Vector, g: Vector, seen: Vector, tau: number, S: Matrix, mask: Matrix) => number;

const pick = (x: Vector, seen: Vector) => x.filter((_, j) => seen[j] === 1);
const blind = (seen: Vector) => seen.every((x) => x === 0);

/** 逐行求和，再乘上系数。 */
const overRows =
  (row: Row, weight: (mask: Matrix) => number = (mask) => 1 / mask.length) =>
  (S: Matrix, G: Matrix, mask: Matrix, tau: number) =>
    weight(mask) * S.reduce((sum, s, b) => sum + row(s, G[b]!, mask[b]!, tau, S, mask), 0);

/** 看得见的键上的斜率；整行看不见时贡献 0。 */
const visibleSlope: Row = (s, g, seen, tau) => (blind(seen) ? 0 : slope(pick(s, seen), pick(g, seen), tau));
const onVisible =
  (f: (s: Vector, g: Vector, tau: number) => number): Row =>
  (s, g, seen, tau) =>
    blind(seen) ? 0 : f(pick(s, seen), pick(g, seen), tau);
/** 看得见的键上、以 `top` 为减数的斜率。 */
const shifted =
  (top: (s: Vector, seen: Vector, S: Matrix, mask: Matrix) => number): Row =>
  (s, g, seen, tau, S, mask) => {
    if (blind(seen)) return 0;
    const visible = pick(s, seen);
    const z = visible.map((x) => (x - top(s, seen, S, mask)) / tau);
    return -covariance(normalise(z, 0), visible, pick(g, seen)) / tau ** 2;
  };

const seenRows = (mask: Matrix) => mask.filter((row) => !blind(row)).length;
const flip = (seen: Vector) => seen.map((x) => 1 - x);

const batchBranches = [
  { id: "open", title: "全部看得见" },
  { id: "causal", title: "第 i 个查询只看前 i 个键" },
  { id: "padded", title: "有的键谁也看不见" },
  { id: "blind", title: "有一行什么也看不见" },
  { id: "large", title: "分数约为 +10000" },
  { id: "large-hidden", title: "看不见的分数约为 +10000，看得见的不大" },
  { id: "large-apart", title: "各行的分数相差很远" },
];

function drawMask(branch: string, rows: number, size: number): Matrix {
  const cell = (b: number, j: number) => {
    if (branch === "open") return 1;
    if (branch === "causal") return j <= b + size - rows ? 1 : 0;
    if (branch === "blind" && b === 1) return 0;
    return j < size - 1 ? 1 : 0;
  };
  return Array.from({ length: rows }, (_, b) => Array.from({ length: size }, (_, j) => cell(b, j)));
}

function batchBranchOf(S: Matrix, mask: Matrix): string {
  const visible = S.map((s, b) => pick(s, mask[b]!)).filter((row) => row.length > 0);
  const heights = visible.map((row) => Math.max(...row));
  if (Math.max(...heights) > 5000) return "large";
  if (Math.max(...S.flat()) > 5000) return "large-hidden";
  if (Math.max(...heights) - Math.min(...heights) > 500) return "large-apart";
  if (mask.some(blind)) return "blind";
  if (mask.flat().every((x) => x === 1)) return "open";
  return mask[0]!.some((_, j) => mask.every((row) => row[j] === 0)) ? "padded" : "causal";
}

const batch: Question = {
  id: "attention.batch",
  fn: "attentionBatchTauGrad",
  signature: "attentionBatchTauGrad(S: number[][], G: number[][], mask: number[][], tau: number): number",
  title: "带掩码的一批查询",
  points: 2,
  params: ["S", "G", "mask", "tau"],
  reference: overRows(visibleSlope),
  truth: { kind: "gradient", forward: overRows(onVisible(pairwise)), wrt: 3 },
  branches: batchBranches,
  sample(rng, branch) {
    const rows = 3;
    const size = rng.integer(4, 5);
    const mask = drawMask(branch, rows, size);
    const offset = (b: number, j: number) => {
      if (branch === "large") return 1e4;
      if (branch === "large-hidden") return mask[b]![j] === 1 ? 0 : 1e4;
      // 除以温度之后仍在 ±700 以内：逐行减不减最大值都行，整批减同一个数就不行。
      return branch === "large-apart" ? 900 * (1 - b) : 0;
    };
    const S = Array.from({ length: rows }, (_, b) => drawScores(rng, size).map((x, j) => x + offset(b, j)));
    const G = Array.from({ length: rows }, () => drawVector(rng, size));
    return [S, G, mask, rng.uniform(1.4, 2)];
  },
  branchesOf: (S: Matrix, _G: Matrix, mask: Matrix) => [batchBranchOf(S, mask)],
  edges: [
    {
      title: "每一行都看不见",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [1, 0],
          [0, 1],
        ],
        [
          [0, 0],
          [0, 0],
        ],
        2,
      ],
    },
    {
      title: "每行只看得见一个键",
      args: [
        [
          [1, 2],
          [1e4, -1e4],
        ],
        [
          [1, 5],
          [2, 1],
        ],
        [
          [1, 0],
          [0, 1],
        ],
        0.5,
      ],
    },
    { title: "只有一行，看得见的分数全相等", args: [[[2, 2, 9]], [[1, 3, 5]], [[1, 1, 0]], 2] },
  ],
  hints: [
    "每一行有自己的权重、自己的平均，互不影响。先把一行看得见的分数和上游梯度挑出来，问题就回到上一题。",
    "$\\frac{\\partial L}{\\partial\\tau}=-\\frac1{B\\tau^2}\\sum_b\\operatorname{Cov}_{a_b}(s_b,g_b)$。整行看不见的贡献 0，但分母仍是总行数 $B$。",
    "逐行 `S[b].filter((_, j) => mask[b][j] === 1)`，`G[b]` 同样处理；非空就加上 `attentionTauGrad(…)`，最后除以 `S.length`。",
  ],
  mutants: [
    { id: "sign", fn: overRows(visibleSlope, (mask) => -1 / mask.length) },
    { id: "no-mean", fn: overRows(visibleSlope, () => 1) },
    { id: "mean-over-seen", fn: overRows(visibleSlope, (mask) => 1 / Math.max(seenRows(mask), 1)) },
    { id: "mean-twice", fn: overRows(visibleSlope, (mask) => 1 / mask.length ** 2) },
    { id: "no-square", fn: overRows((s, g, seen, t, S, m) => visibleSlope(s, g, seen, t, S, m) * t) },
    { id: "no-mask", fn: overRows((s, g, _, t) => slope(s, g, t)) },
    {
      id: "mask-after",
      fn: overRows((s, g, seen, t) =>
        slope(
          s,
          g.map((x, j) => x * seen[j]!),
          t,
        ),
      ),
    },
    {
      id: "mask-zero",
      fn: overRows((s, g, seen, t) => {
        const a = weights(
          s.map((x, j) => x * seen[j]!),
          t,
        );
        return (
          -covariance(
            a,
            s.map((x, j) => x * seen[j]!),
            g,
          ) /
          t ** 2
        );
      }),
    },
    {
      id: "mask-inverted",
      fn: overRows((s, g, seen, t, S, m) => visibleSlope(s, g, flip(seen), t, S, m)),
    },
    {
      id: "blind-nan",
      fn: overRows((s, g, seen, t, S, m) => (blind(seen) ? Number.NaN : visibleSlope(s, g, seen, t, S, m))),
    },
    {
      id: "blind-uniform",
      fn: overRows((s, g, seen, t, S, m) =>
        blind(seen) ? -covariance(uniform(s), s, g) / t ** 2 : visibleSlope(s, g, seen, t, S, m),
      ),
    },
    {
      id: "flattened",
      fn: (S: Matrix, G: Matrix, mask: Matrix, t: number) => {
        const seen = mask.flat();
        return blind(seen) ? 0 : slope(pick(S.flat(), seen), pick(G.flat(), seen), t);
      },
    },
    {
      id: "uniform-covariance",
      fn: overRows(onVisible((s, g, t) => -covariance(uniform(s), s, g) / t ** 2)),
    },
    { id: "overflow", fn: overRows(shifted(() => 0)) },
    { id: "max-over-hidden", fn: overRows(shifted((s) => Math.max(...s))) },
    {
      id: "max-over-batch",
      fn: overRows(shifted((_s, _seen, S, mask) => Math.max(...S.flatMap((s, b) => pick(s, mask[b]!))))),
    },
  ],
};

type Grads = { q: Vector; K: Matrix; V: Matrix };
interface Pass {
  q: Vector;
  K: Matrix;
  V: Matrix;
  ybar: Vector;
  tau: number;
  s: Vector;
  a: Vector;
  g: Vector;
}

const scores = (q: Vector, K: Matrix) => K.map((k) => dot(q, k));

/** 由分数的伴随值 δ 和值的系数得出三个梯度。 */
const spread = (p: Pass, delta: Vector, share: Vector = p.a): Grads => ({
  q: p.q.map((_, d) => p.K.reduce((sum, k, j) => sum + delta[j]! * k[d]!, 0)),
  K: delta.map((x) => p.q.map((y) => x * y)),
  V: share.map((x) => p.ybar.map((y) => x * y)),
});

const deltaOf = ({ a, g, tau }: Pass) => a.map((x, j) => (x * (g[j]! - dot(a, g))) / tau);

/** 前向一遍，把中间量交给 `f`。 */
const backward =
  (f: (p: Pass) => Grads, attend = weights, at = (tau: number) => tau) =>
  (q: Vector, K: Matrix, V: Matrix, ybar: Vector, tau: number): Grads => {
    const s = scores(q, K);
    return f({ q, K, V, ybar, tau, s, a: attend(s, at(tau)), g: V.map((v) => dot(v, ybar)) });
  };

const right = (p: Pass) => spread(p, deltaOf(p));
const wrongDelta = (f: (p: Pass) => Vector) => backward((p) => spread(p, f(p)));

const qkv: Question = {
  id: "attention.qkv",
  fn: "attentionGrads",
  signature:
    "attentionGrads(q: number[], K: number[][], V: number[][], ybar: number[], tau: number): { q: number[]; K: number[][]; V: number[][] }",
  title: "查询、键、值的梯度",
  points: 3,
  params: ["q", "K", "V", "ybar", "tau"],
  reference: backward(right),
  truth: {
    kind: "gradient",
    forward: (q: Vector, K: Matrix, V: Matrix, ybar: Vector, tau: number) =>
      pairwise(
        scores(q, K),
        V.map((v) => dot(v, ybar)),
        tau,
      ),
    wrt: { q: 0, K: 1, V: 2 },
  },
  branches: [
    { id: "mild", title: "分数的差距与温度相当" },
    { id: "hot", title: "温度高，权重接近均匀" },
    { id: "large", title: "分数大到直接取指数会溢出" },
  ],
  sample(rng, branch) {
    const [size, width, out] = [rng.integer(3, 4), rng.integer(2, 3), rng.integer(2, 3)];
    const q = [
      branch === "large" ? 40 : 0.9,
      ...Array.from({ length: width - 1 }, () => rng.uniform(0.5, 1.2)),
    ];
    const K = Array.from({ length: size }, () => q.map(() => rng.uniform(-1, 1)));
    if (branch === "large") for (const k of K) k[0] = 40;
    const V = Array.from({ length: size }, () => Array.from({ length: out }, () => rng.uniform(-2, 2)));
    const ybar = Array.from({ length: out }, () => rng.sign() * rng.uniform(0.5, 2));
    return [q, K, V, ybar, branch === "large" ? rng.uniform(1.3, 2) : drawTau(rng, branch)];
  },
  branchesOf(q: Vector, K: Matrix, _V: Matrix, _ybar: Vector, tau: number) {
    if (scores(q, K).some((x) => Math.abs(x / tau) > 720)) return ["large"];
    return [tau > 5 ? "hot" : "mild"];
  },
  edges: [
    { title: "只有一个键", args: [[1, 2], [[3, 1]], [[2, 5]], [1, -1], 2] },
    {
      title: "分数全相等",
      args: [
        [1, 2],
        [
          [2, 0],
          [0, 1],
        ],
        [[1], [3]],
        [2],
        0.5,
      ],
    },
    {
      title: "分数 10000 与 9999",
      args: [
        [100, 1],
        [
          [100, 0],
          [100, -1],
        ],
        [
          [1, 0],
          [2, 4],
        ],
        [1, 1],
        2,
      ],
    },
    {
      title: "上游梯度为零",
      args: [
        [1, 1],
        [
          [1, 0],
          [0, 2],
        ],
        [
          [1, 2],
          [3, 4],
        ],
        [0, 0],
        2,
      ],
    },
  ],
  hints: [
    "先走一遍前向：$s_j=q\\cdot k_j$，$a=\\operatorname{softmax}(s/\\tau)$。再从后往前：$g_j=\\bar y\\cdot v_j$ 是到达权重的上游梯度。",
    "$\\delta_j=\\partial L/\\partial s_j=a_j(g_j-\\bar g)/\\tau$。于是 $\\partial L/\\partial q=\\sum_j\\delta_jk_j$，$\\partial L/\\partial k_j=\\delta_jq$，$\\partial L/\\partial v_j=a_j\\bar y$。",
    "`q: q.map((_, d) => K.reduce((t, k, j) => t + delta[j] * k[d], 0))`，`K: delta.map((dj) => q.map((x) => dj * x))`，`V: a.map((aj) => ybar.map((y) => aj * y))`。",
  ],
  mutants: [
    { id: "sign", fn: wrongDelta((p) => deltaOf(p).map((x) => -x)) },
    { id: "no-temperature", fn: wrongDelta((p) => deltaOf(p).map((x) => x * p.tau)) },
    { id: "tau-squared", fn: wrongDelta((p) => deltaOf(p).map((x) => x / p.tau)) },
    { id: "uncentred", fn: wrongDelta(({ a, g, tau }) => a.map((x, j) => (x * g[j]!) / tau)) },
    {
      id: "diagonal-only",
      fn: wrongDelta(({ a, g, tau }) => a.map((x, j) => (x * (1 - x) * g[j]!) / tau)),
    },
    {
      id: "plain-mean",
      fn: wrongDelta(({ a, g, tau }) => a.map((x, j) => (x * (g[j]! - mean(g))) / tau)),
    },
    { id: "no-weight", fn: wrongDelta(({ a, g, tau }) => g.map((x) => (x - dot(a, g)) / tau)) },
    { id: "weights-at-one", fn: backward(right, weights, () => 1) },
    { id: "overflow", fn: backward(right, bareWeights) },
    {
      id: "upstream-ignored",
      fn: backward((p) => {
        const ones = { ...p, ybar: p.ybar.map(() => 1), g: p.V.map((v) => v.reduce((t, x) => t + x, 0)) };
        return right(ones);
      }),
    },
    {
      id: "key-itself",
      fn: backward((p) => ({ ...right(p), K: p.K.map((k, j) => k.map((x) => deltaOf(p)[j]! * x)) })),
    },
    {
      id: "query-itself",
      fn: backward((p) => ({ ...right(p), q: p.q.map((x) => x * deltaOf(p).reduce((t, d) => t + d, 0)) })),
    },
    {
      id: "query-average",
      fn: backward((p) => ({ ...right(p), q: right(p).q.map((x) => x / p.K.length) })),
    },
    {
      id: "value-unweighted",
      fn: backward((p) =>
        spread(
          p,
          deltaOf(p),
          p.a.map(() => 1),
        ),
      ),
    },
    { id: "value-delta", fn: backward((p) => spread(p, deltaOf(p), deltaOf(p))) },
    {
      id: "value-temperature",
      fn: backward((p) =>
        spread(
          p,
          deltaOf(p),
          p.a.map((x) => x / p.tau),
        ),
      ),
    },
    { id: "value-only", fn: backward((p) => spread(p, zeros(p.a))) },
  ],
};

/** 许多个温度、许多个键：每个温度一遍，不写出 n×n 的雅可比矩阵。 */
const sweep: Question = {
  id: "attention.sweep",
  fn: "attentionTauSweep",
  signature: "attentionTauSweep(s: number[], g: number[], taus: number[]): number[]",
  title: "选做：许多个键，要快",
  points: 0,
  params: ["s", "g", "taus"],
  reference: perLast(slope as never),
  truth: {
    kind: "gradient",
    wrt: 2,
    forward: (s: Vector, g: Vector, taus: Vector) => taus.reduce((sum, tau) => sum + pairwise(s, g, tau), 0),
  },
  branches,
  sample(rng, branch) {
    const [s, g, tau] = sampleScores(rng, branch);
    return [s, g, [tau, drawTau(rng, branch)]];
  },
  branchesOf: (s: Vector, _g: Vector, taus: Vector) => [branchOf(s, taus[0]!)],
  edges: [
    {
      title: "分数全相等",
      args: [
        [2, 2, 2],
        [1, 4, -2],
        [0.5, 4],
      ],
    },
    { title: "只有一个键", args: [[3], [5], [2]] },
    {
      title: "分数 10000、9999、−10000",
      args: [
        [1e4, 9999, -1e4],
        [3, 1, 2],
        [2, 8],
      ],
    },
  ],
  hints: [
    "先用第 2 题的函数逐个温度算对，再看它慢在哪里：两万个键时，n×n 的矩阵有四亿个数。",
    "softmax 的雅可比矩阵 $\\operatorname{diag}(a)-aa^\\top$ 乘一个向量不用写出矩阵：$a\\odot g-a(a\\cdot g)$，只要 $n$ 次。协方差也一样，两个平均各扫一遍。",
    "`return taus.map((tau) => attentionTauGrad(s, g, tau));`，只要第 2 题里没有两重循环。键多的时候 `Math.max(...s)` 会因参数太多而出错，改用 `s.reduce((m, x) => Math.max(m, x))`。",
  ],
  mutants: liftMutants(tauGrad.mutants, perLast),
  speed: {
    title: "20000 个键、3 个温度",
    args: (rng) => [
      Array.from({ length: 20_000 }, () => Math.round(rng.normal() * 512) / 256),
      Array.from({ length: 20_000 }, () => Math.round(rng.normal() * 512) / 256),
      [0.5, 1.5, 4],
    ],
    naive: perLast((s: Vector, g: Vector, tau: number) => {
      // −gᵀ(diag(a) − aaᵀ)s/τ²，逐个元素。
      const a = weights(s, tau);
      let sum = 0;
      for (let i = 0; i < s.length; i++)
        for (let j = 0; j < s.length; j++) sum += g[i]! * ((i === j ? a[i]! : 0) - a[i]! * a[j]!) * s[j]!;
      return -sum / tau ** 2;
    }),
  },
};

const eighths = (x: Vector) => x.map((v) => Math.round(v * 8) / 8);

/** 张量版：一行一个查询。大的分数取八分之一的倍数、温度取 2 的幂，float32 里除得尽。 */
const tensorQuestion: Question = {
  id: "attention.gpu",
  fn: "attentionTensorTauGrad",
  signature: "attentionTensorTauGrad(S: Tensor, G: Tensor, tau: number): Tensor",
  title: "选做：用张量运算，能在 GPU 上跑",
  points: 0,
  params: ["S", "G", "tau"],
  tensors: true,
  reference: perRow(2)(slope as never),
  truth: {
    kind: "jacobian",
    wrt: 2,
    forward: (S: Matrix, G: Matrix, tau: number) => S.map((s, b) => pairwise(s, G[b]!, tau)),
  },
  branches: [...branches.slice(0, 3), { id: "large", title: "分数约为 +200，直接取指数会溢出" }],
  sample(rng, branch) {
    const size = rng.integer(3, 5);
    const taus: Record<string, number[]> = { mild: [0.5, 2], cold: [0.125, 0.25], hot: [8], large: [2] };
    const offset = branch === "large" ? 200 : 0;
    const S = Array.from({ length: rng.integer(2, 4) }, () => eighths(drawScores(rng, size, offset)));
    return [S, S.map(() => eighths(drawVector(rng, size))), rng.pick(taus[branch]!)];
  },
  branchesOf(S: Matrix, _G: Matrix, tau: number) {
    if (S.flat().some((x) => x / tau > 89)) return ["large"];
    return [tau > 5 ? "hot" : tau < 0.3 ? "cold" : "mild"];
  },
  edges: [
    {
      title: "有一行分数全相等",
      args: [
        [
          [2, 2, 2],
          [1, 0, 3],
        ],
        [
          [1, 4, -2],
          [2, 5, -1],
        ],
        0.5,
      ],
    },
    { title: "只有一个键", args: [[[3], [-1]], [[5], [2]], 2] },
  ],
  hints: [
    "整批一起算：`softmax(S.div(tau), 1)` 一次得到每一行的权重，溢出也由它管。",
    "每一行的平均是 `sum(a.mul(S), 1)`。要从每一行里减去它，先用 `expandDims(…, 1)` 变成一列，广播就会逐行相减。",
    "`const centre = (x: Tensor) => x.sub(expandDims(sum(a.mul(x), 1), 1));`，结果是 `sum(a.mul(centre(S)).mul(centre(G)), 1).div(-tau * tau)`。",
  ],
  mutants: [
    ...liftMutants(tauGrad.mutants, perRow(2), ["overflow"]),
    {
      id: "overflow",
      fn: perRow(2)((s: Vector, g: Vector, t: number) => {
        // float32 的指数在 88 以上就是无穷。
        const e = s.map((x) => Math.fround(Math.exp(x / t)));
        const total = e.reduce((sum, x) => sum + x, 0);
        return (
          -covariance(
            e.map((x) => x / total),
            s,
            g,
          ) /
          t ** 2
        );
      }),
    },
  ],
};

export const attention = family({
  id: "attention",
  title: "注意力的温度",
  exercise: "3-architectures/04-attention-temperature",
  mistakes: attentionMistakes,
  oracles: attentionOracles,
  questions: [output, tauGrad, batch, qkv, sweep, tensorQuestion],
});
