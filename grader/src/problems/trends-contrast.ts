import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import type { Matrix } from "./matrices.js";
import { bareWeights, weights } from "./softmax.js";
import { add, dot, scale, sub, type Vector, zeros } from "./vectors.js";

// InfoNCE：查询 q，键 K（一行一个），配对的是第 c 个，温度 τ。

const products = (q: Vector, K: Matrix): Vector => K.map((k) => dot(q, k));

/** −ln softmax(Kq/τ)_c。先减去配对的键再求内积：内积大到一千时，差分才不被舍入淹没。 */
function loss(q: Vector, K: Matrix, c: number, tau: number): number {
  const differences = K.map((k) => dot(q, sub(k, K[c]!)) / tau);
  const top = Math.max(...differences);
  return top + Math.log(differences.reduce((sum, x) => sum + Math.exp(x - top), 0));
}

/** 各分数的梯度 p_j − [j=c]。 */
type Coefficients = (q: Vector, K: Matrix, c: number, tau: number) => Vector;
const less = (p: Vector, c: number) => p.map((v, j) => v - +(j === c));
const right: Coefficients = (q, K, c, tau) => less(weights(products(q, K), tau), c);
const probabilities: Coefficients = (q, K, _c, tau) => weights(products(q, K), tau);
const cold: Coefficients = (q, K, c) => less(weights(products(q, K), 1), c);
const bare: Coefficients = (q, K, c, tau) => less(bareWeights(products(q, K), tau), c);
const first: Coefficients = (q, K, _c, tau) => right(q, K, 0, tau);
const pairedOnly: Coefficients = (q, K, c, tau) => right(q, K, c, tau).map((v, j) => (j === c ? v : 0));
const othersOnly: Coefficients = (q, K, c, tau) => right(q, K, c, tau).map((v, j) => (j === c ? 0 : v));
/** 分母里漏了配对的键。 */
const excluded: Coefficients = (q, K, c, tau) => {
  const s = products(q, K);
  if (s.length === 1) return [-1];
  const p = weights(
    s.filter((_, j) => j !== c),
    tau,
  );
  return s.map((_, j) => (j === c ? -1 : p[j < c ? j : j - 1]!));
};

const combine = (a: Vector, K: Matrix): Vector =>
  K.reduce((sum, k, j) => add(sum, scale(k, a[j]!)), zeros(K[0]!));

const branches = [
  { id: "cold", title: "温度低于 0.5" },
  { id: "mild", title: "温度在 0.5 与 1 之间" },
  { id: "hot", title: "温度高于 1" },
  { id: "large", title: "内积约为 +1000" },
];

function drawTau(rng: Rng, branch: string): number {
  if (branch === "cold") return rng.uniform(0.25, 0.4);
  return branch === "hot" ? rng.uniform(1.5, 3) : rng.uniform(0.6, 0.85);
}

/** 键比维数多，所以查询与键的梯度形状不同。 */
function sample(rng: Rng, branch: string): [Vector, Matrix, number, number] {
  const size = rng.integer(2, 3);
  const count = rng.integer(4, 5);
  const draw = () => Array.from({ length: size }, () => rng.uniform(-0.9, 0.9));
  const q = draw();
  const K = Array.from({ length: count }, draw);
  if (branch === "large") {
    q[0] = rng.uniform(0.9, 1.1);
    for (const k of K) k[0]! += 1000;
  }
  return [q, K, rng.integer(0, count - 1), drawTau(rng, branch)];
}

function branchesOf(q: Vector, K: Matrix, _c: number, tau: number): string[] {
  if (dot(q, K[0]!) > 500) return ["large"];
  return [tau < 0.5 ? "cold" : tau > 1 ? "hot" : "mild"];
}

const threeKeys = [
  [2, 0],
  [0, 2],
  [1, 1],
];
const edges = [
  { title: "三个内积相等", args: [[1, 1], threeKeys, 0, 0.5] },
  { title: "查询是零向量", args: [[0, 0], threeKeys, 1, 0.5] },
  { title: "只有配对的一个键", args: [[1, 2], [[3, 4]], 0, 0.5] },
  { title: "配对的是最后一个", args: [[1, 0], threeKeys, 2, 2] },
  {
    title: "内积 1000 与 999",
    args: [
      [1, 0],
      [
        [1000, 1],
        [1000, -1],
        [999, 2],
      ],
      0,
      0.5,
    ],
  },
];

const common = { params: ["q", "K", "c", "tau"], branches, sample, branchesOf, edges };
const toQuery = (f: Coefficients, factor = (tau: number) => 1 / tau) => {
  return (q: Vector, K: Matrix, c: number, tau: number): Vector =>
    scale(combine(f(q, K, c, tau), K), factor(tau));
};

export const contrastQuery: Question = {
  ...common,
  id: "trends.query",
  fn: "infoNceQuery",
  signature: "infoNceQuery(q: number[], K: number[][], c: number, tau: number): number[]",
  title: "InfoNCE 对查询的梯度",
  points: 1,
  reference: toQuery(right),
  truth: { kind: "gradient", forward: loss, wrt: 0 },
  hints: [
    "分三步：内积除以温度得分数，分数做 softmax，取配对那一个的负对数。反着走：先求对各分数的梯度，再乘 $\\partial s_j/\\partial q$，按键相加。内积可能有一千，指数会溢出，先减去最大的一个。",
    "对分数的梯度是 $p_j-[j=c]$；$\\partial s_j/\\partial q=k_j/\\tau$。$q$ 通向每一个分数：$\\frac{\\partial L}{\\partial q}=\\frac1\\tau\\sum_j(p_j-[j=c])\\,k_j$。",
    "算出 `p` 以后，`const a = p.map((v, j) => v - (j === c ? 1 : 0));` 返回 `q.map((_, d) => K.reduce((total, k, j) => total + a[j] * k[d], 0) / tau)`。",
  ],
  mutants: [
    { id: "no-tau", fn: toQuery(right, () => 1) },
    { id: "tau-squared", fn: toQuery(right, (tau) => 1 / tau ** 2) },
    { id: "times-tau", fn: toQuery(right, (tau) => tau) },
    { id: "sign", fn: toQuery(right, (tau) => -1 / tau) },
    { id: "no-paired", fn: toQuery(probabilities) },
    { id: "paired-only", fn: toQuery(pairedOnly) },
    { id: "others-only", fn: toQuery(othersOnly) },
    { id: "excluded", fn: toQuery(excluded) },
    { id: "no-temperature", fn: toQuery(cold) },
    { id: "first-paired", fn: toQuery(first) },
    { id: "averaged", fn: (q, K, c, tau) => scale(toQuery(right)(q, K, c, tau), 1 / K.length) },
    { id: "own-vector", fn: (q, K, c, tau) => scale(q, right(q, K, c, tau)[c]! / tau) },
    { id: "overflow", fn: toQuery(bare) },
  ],
};

interface All {
  K: Matrix;
  tau: number;
}
const keysBy =
  (f: Coefficients, factor = (tau: number) => 1 / tau) =>
  (q: Vector, K: Matrix, c: number, tau: number): Matrix =>
    f(q, K, c, tau).map((a) => scale(q, a * factor(tau)));
const tauBy =
  (f: Coefficients, power = 2, sign = -1) =>
  (q: Vector, K: Matrix, c: number, tau: number): number =>
    (sign * dot(f(q, K, c, tau), products(q, K))) / tau ** power;
const both =
  (keys = keysBy(right), tau = tauBy(right)) =>
  (q: Vector, K: Matrix, c: number, t: number): any =>
    ({ K: keys(q, K, c, t), tau: tau(q, K, c, t) }) satisfies All;

export const contrastAll: Question = {
  ...common,
  id: "trends.keys",
  fn: "infoNceKeys",
  signature:
    "infoNceKeys(q: number[], K: number[][], c: number, tau: number): { K: number[][]; tau: number }",
  title: "InfoNCE 对全部键与温度的梯度",
  points: 2,
  reference: both(),
  truth: { kind: "gradient", forward: loss, wrt: { K: 1, tau: 3 } },
  hints: [
    "对各分数的梯度与上一题相同。键 $k_j$ 只影响自己那一个分数；温度影响全部分数。",
    "$\\frac{\\partial L}{\\partial k_j}=\\frac1\\tau(p_j-[j=c])\\,q$。$s_j=q^\\top k_j/\\tau$ 对 $\\tau$ 的导数是 $-q^\\top k_j/\\tau^2$，所以 $\\frac{\\partial L}{\\partial\\tau}=-\\frac1{\\tau^2}\\sum_j(p_j-[j=c])\\,q^\\top k_j$。",
    "设 `a[j]` 是 `p[j]` 减去配对处的 1，`dots[j]` 是内积。`K: a.map((v) => q.map((x) => (v * x) / tau))`，`tau: -a.reduce((total, v, j) => total + v * dots[j], 0) / tau ** 2`。",
  ],
  mutants: [
    { id: "keys-no-tau", fn: both(keysBy(right, () => 1)) },
    { id: "keys-sign", fn: both(keysBy(right, (tau) => -1 / tau)) },
    { id: "keys-no-paired", fn: both(keysBy(probabilities)) },
    { id: "keys-paired-only", fn: both(keysBy(pairedOnly)) },
    { id: "keys-others-only", fn: both(keysBy(othersOnly)) },
    {
      id: "keys-own",
      fn: both((q, K, c, tau) => right(q, K, c, tau).map((a, j) => scale(K[j]!, a / tau))),
    },
    { id: "tau-sign", fn: both(undefined, tauBy(right, 2, 1)) },
    { id: "tau-one-power", fn: both(undefined, tauBy(right, 1)) },
    { id: "tau-cubed", fn: both(undefined, tauBy(right, 3)) },
    { id: "tau-no-paired", fn: both(undefined, tauBy(probabilities)) },
    { id: "tau-paired-only", fn: both(undefined, tauBy(pairedOnly)) },
    { id: "tau-others-only", fn: both(undefined, tauBy(othersOnly)) },
    { id: "excluded", fn: both(keysBy(excluded), tauBy(excluded)) },
    { id: "no-temperature", fn: both(keysBy(cold), tauBy(cold)) },
    { id: "first-paired", fn: both(keysBy(first), tauBy(first)) },
    { id: "overflow", fn: both(keysBy(bare), tauBy(bare)) },
  ],
};
