import type { Question } from "../problem.js";
import { drawTau, pairwise } from "./attention-scores.js";
import type { Matrix } from "./matrices.js";
import { bareWeights, weights } from "./softmax.js";
import { dot, mean, type Vector, zeros } from "./vectors.js";

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

export const qkv: Question = {
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
