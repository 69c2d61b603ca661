import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import { weights } from "./softmax.js";
import { dot, mean, total, type Vector } from "./vectors.js";

// 第 1.6 章：softmax 策略的平均回报与 REINFORCE。

/** π = softmax(θ)。 */
const policy = (theta: Vector): Vector => weights(theta, 1);
const unit = (size: number, at: number): Vector => Array.from({ length: size }, (_, k) => (k === at ? 1 : 0));

/** 第二种前向：π_a = 1/Σ_c exp(θ_c − θ_a)，不用 softmax。 */
const chance = (theta: Vector, a: number): number => 1 / total(theta.map((t) => Math.exp(t - theta[a]!)));

const drawTheta = (rng: Rng): Vector =>
  Array.from({ length: rng.integer(3, 4) }, (_, k) => (k % 2 === 0 ? 1 : -1) * rng.uniform(0.2, 1.1));
const drawReward = (rng: Rng, branch: string): number =>
  branch === "positive" ? rng.uniform(1, 9) : rng.sign() * rng.uniform(1, 6);
const policyBranches = [
  { id: "positive", title: "回报全是正数" },
  { id: "mixed", title: "回报有正有负" },
];
const signs = (r: Vector) => [r.every((x) => x > 0) ? "positive" : "mixed"];

/** 有正有负的一组：第一个为负，第二个为正，其余随意。 */
function drawRewards(rng: Rng, branch: string, size: number): Vector {
  const r = Array.from({ length: size }, () => drawReward(rng, branch));
  if (branch === "positive") return r;
  return r.map((x, t) => (t === 0 ? -Math.abs(x) : t === 1 ? Math.abs(x) : x));
}

type Exact = (theta: Vector, r: Vector) => Vector;
const exactGrad: Exact = (theta, r) => {
  const pi = policy(theta);
  return pi.map((p, k) => p * (r[k]! - dot(pi, r)));
};
const exactWith =
  (f: (pi: Vector, r: Vector, J: number) => Vector): Exact =>
  (theta, r) => {
    const pi = policy(theta);
    return f(pi, r, dot(pi, r));
  };

const third = [0, Math.log(2), 0];
export const expected: Question = {
  id: "applied.expected",
  fn: "expectedRewardGrad",
  signature: "expectedRewardGrad(theta: number[], r: number[]): number[]",
  title: "平均回报的精确梯度",
  points: 1,
  params: ["theta", "r"],
  reference: exactGrad,
  truth: {
    kind: "gradient",
    forward: (theta: Vector, r: Vector) => total(r.map((x, a) => x * chance(theta, a))),
    wrt: 0,
  },
  branches: policyBranches,
  sample(rng, branch) {
    const theta = drawTheta(rng);
    return [theta, drawRewards(rng, branch, theta.length)];
  },
  branchesOf: (_theta, r: Vector) => signs(r),
  edges: [
    { title: "正文里的三家店", args: [third, [8, 12, 4]] },
    {
      title: "回报全相等",
      args: [
        [0.5, -1, 2],
        [3, 3, 3],
      ],
    },
    {
      title: "偏好全为 0",
      args: [
        [0, 0, 0, 0],
        [4, -8, 0, 2],
      ],
    },
    { title: "只有一个动作", args: [[1.5], [7]] },
  ],
  hints: [
    "先由 $\\theta$ 算出概率 $\\pi=\\operatorname{softmax}(\\theta)$，再算平均回报 $J=\\sum_a\\pi_ar_a$。比平均好的动作偏好该增加，比平均差的该减少。",
    "$\\frac{\\partial\\pi_a}{\\partial\\theta_k}=\\pi_a([a=k]-\\pi_k)$，代入 $J=\\sum_ar_a\\pi_a$，得 $\\frac{\\partial J}{\\partial\\theta_k}=\\pi_k(r_k-J)$。",
    "`const e = theta.map(Math.exp);`，`const pi = e.map((x) => x / S);`（`S` 是 `e` 之和），`const J = …;`，返回 `pi.map((p, k) => p * (r[k] - J))`。",
  ],
  mutants: [
    { id: "sign", fn: exactWith((pi, r, J) => pi.map((p, k) => p * (J - r[k]!))) },
    { id: "uncentred", fn: exactWith((pi, r) => pi.map((p, k) => p * r[k]!)) },
    { id: "diagonal-only", fn: exactWith((pi, r) => pi.map((p, k) => p * (1 - p) * r[k]!)) },
    { id: "plain-mean", fn: exactWith((pi, r) => pi.map((p, k) => p * (r[k]! - mean(r)))) },
    { id: "no-weight", fn: exactWith((pi, r, J) => pi.map((_, k) => r[k]! - J)) },
    {
      id: "no-log",
      fn: exactWith((pi, r) => {
        const square = total(pi.map((p, a) => p * p * r[a]!));
        return pi.map((p, k) => p * (p * r[k]! - square));
      }),
    },
    { id: "of-log", fn: exactWith((pi, r, J) => pi.map((p, k) => (p * (r[k]! - J)) / J)) },
    { id: "value", fn: exactWith((pi, _r, J) => pi.map(() => J)) },
    { id: "uniform", fn: ((theta, r) => theta.map((_, k) => (r[k]! - mean(r)) / r.length)) as Exact },
    {
      id: "unnormalised",
      fn: ((theta, r) => {
        const J = dot(policy(theta), r);
        return theta.map((t, k) => Math.exp(t) * (r[k]! - J));
      }) as Exact,
    },
    {
      id: "base-two",
      fn: ((theta, r) =>
        exactGrad(
          theta.map((t) => t * Math.LN2),
          r,
        )) as Exact,
    },
    { id: "averaged", fn: exactWith((pi, r, J) => pi.map((p, k) => (p * (r[k]! - J)) / pi.length)) },
  ],
};

type Estimate = (theta: Vector, actions: number[], rewards: Vector) => Vector;
/** 逐次的贡献 w_t·s_t 求平均；错法换掉权重或方向。 */
const estimated =
  (
    weights: (r: Vector) => Vector,
    score: (pi: Vector, a: number) => Vector = (pi, a) => unit(pi.length, a).map((x, k) => x - pi[k]!),
    count: (n: number, actions: number) => number = (n) => n,
  ): Estimate =>
  (theta, actions, rewards) => {
    const pi = policy(theta);
    const w = weights(rewards);
    const scores = actions.map((a) => score(pi, a));
    return pi.map((_, k) => total(scores.map((s, t) => w[t]! * s[k]!)) / count(actions.length, pi.length));
  };
const same = (r: Vector) => r;

/** 权重照样，方向或分母写错的几种：两道题共用。 */
const slips = (weights: (r: Vector) => Vector): [id: string, fn: Estimate][] => [
  ["sign", estimated((r) => weights(r).map((x) => -x))],
  ["no-mean", estimated(weights, undefined, () => 1)],
  ["divided-by-actions", estimated(weights, undefined, (_, k) => k)],
  ["no-minus-policy", estimated(weights, (pi, a) => unit(pi.length, a))],
  ["chosen-only", estimated(weights, (pi, a) => unit(pi.length, a).map((x) => x * (1 - pi[a]!)))],
  ["uniform-policy", estimated(weights, (pi, a) => unit(pi.length, a).map((x) => x - 1 / pi.length))],
  ["no-log", estimated(weights, (pi, a) => unit(pi.length, a).map((x, k) => pi[a]! * (x - pi[k]!)))],
  [
    "divided-by-probability",
    estimated(weights, (pi, a) => unit(pi.length, a).map((x, k) => (x - pi[k]!) / pi[a]!)),
  ],
];

const lastOnly =
  (f: Estimate): Estimate =>
  (theta, actions, rewards) =>
    f(theta, actions.slice(-1), rewards.slice(-1));

const drawEpisode = (rng: Rng, branch: string): [Vector, number[], Vector] => {
  const theta = drawTheta(rng);
  const n = rng.integer(5, 6);
  // 头两次的动作不同，免得碰巧全抽到同一个。
  const actions = Array.from({ length: n }, (_, t) => (t < 2 ? t : rng.integer(0, theta.length - 1)));
  return [theta, actions, drawRewards(rng, branch, n)];
};
const episodeParams = ["theta", "actions", "rewards"];

export const reinforce: Question = {
  id: "applied.reinforce",
  fn: "reinforceGrad",
  signature: "reinforceGrad(theta: number[], actions: number[], rewards: number[]): number[]",
  title: "REINFORCE 的估计",
  points: 1,
  params: episodeParams,
  reference: estimated(same),
  truth: {
    kind: "gradient",
    forward: (theta: Vector, actions: number[], rewards: Vector) =>
      mean(actions.map((a, t) => rewards[t]! * Math.log(chance(theta, a)))),
    wrt: 0,
  },
  branches: policyBranches,
  sample: drawEpisode,
  branchesOf: (_theta, _actions, rewards: Vector) => signs(rewards),
  edges: [
    { title: "正文里的三家店，各吃一次", args: [third, [0, 1, 2], [8, 12, 4]] },
    { title: "只抽了一次", args: [third, [1], [12]] },
    {
      title: "回报全是 0",
      args: [
        [0.5, -1, 2],
        [2, 0, 0],
        [0, 0, 0],
      ],
    },
    {
      title: "有一个动作从没抽到",
      args: [
        [0, 0],
        [1, 1],
        [3, 5],
      ],
    },
    {
      title: "同一个动作的回报每次不同",
      args: [
        [0, 0, 0],
        [2, 2, 0, 2],
        [1, -5, 2, 4],
      ],
    },
  ],
  hints: [
    "每一次抽到的动作 $a_t$ 贡献一个向量：回报 $r_t$ 乘以得分函数 $\\nabla\\ln\\pi_{a_t}$。全部加起来，除以次数。",
    "得分函数是 $\\mathbf 1_{a_t}-\\pi$：抽到的那个动作处是 $1-\\pi_k$，其余是 $-\\pi_k$。估计是 $\\frac1n\\sum_tr_t(\\mathbf 1_{a_t}-\\pi)$。",
    "算好 `pi` 以后，返回 `pi.map((p, k) => actions.reduce((s, a, t) => s + rewards[t] * ((a === k ? 1 : 0) - p), 0) / actions.length)`。",
  ],
  mutants: [
    ...slips(same).map(([id, fn]) => ({ id, fn })),
    { id: "no-reward", fn: estimated((r) => r.map(() => 1)) },
    { id: "reward-averaged", fn: estimated((r) => r.map(() => mean(r))) },
    {
      id: "reward-indexed-by-action",
      fn: ((theta, actions, rewards) =>
        estimated(() => actions.map((a) => rewards[a] ?? 0))(theta, actions, rewards)) as Estimate,
    },
    { id: "last-only", fn: lastOnly(estimated(same)) },
    {
      id: "subset-mean",
      fn: ((theta, actions, rewards) => {
        const pi = policy(theta);
        const drawn = (k: number) => Math.max(1, actions.filter((a) => a === k).length);
        return pi.map(
          (p, k) => total(actions.map((a, t) => rewards[t]! * (unit(pi.length, a)[k]! - p))) / drawn(k),
        );
      }) as Estimate,
    },
  ],
};

/** 每一次之前各次回报的平均；第一次没有，是 0。 */
const earlier = (r: Vector): Vector => r.map((_, t) => (t === 0 ? 0 : mean(r.slice(0, t))));
const upTo = (f: (past: Vector) => number) => (r: Vector) => r.map((_, t) => f(r.slice(0, t + 1)));
const less = (b: (r: Vector) => Vector) => (r: Vector) => r.map((x, t) => x - b(r)[t]!);
const withBaseline = (b: (r: Vector) => Vector) => estimated(less(b));

/** 第二种写法：记着总和，一次一次往前走。 */
function baselineObjective(theta: Vector, actions: number[], rewards: Vector): number {
  let [sum, objective] = [0, 0];
  for (const [t, r] of rewards.entries()) {
    objective += (r - (t > 0 ? sum / t : 0)) * Math.log(chance(theta, actions[t]!));
    sum += r;
  }
  return objective / actions.length;
}

export const baseline: Question = {
  id: "applied.baseline",
  fn: "baselineGrad",
  signature: "baselineGrad(theta: number[], actions: number[], rewards: number[]): number[]",
  title: "带基线的 REINFORCE",
  points: 2,
  params: episodeParams,
  reference: withBaseline(earlier),
  truth: { kind: "gradient", forward: baselineObjective, wrt: 0 },
  branches: policyBranches,
  sample: drawEpisode,
  branchesOf: (_theta, _actions, rewards: Vector) => signs(rewards),
  edges: [
    { title: "正文里的三家店，各吃一次", args: [third, [0, 1, 2], [8, 12, 4]] },
    { title: "只抽了一次，没有基线", args: [third, [1], [12]] },
    { title: "只抽了一次，没有基线", args: [[0, 0], [0], [-4]] },
    {
      title: "回报全相等",
      args: [
        [0.5, -1, 2],
        [2, 0, 1],
        [5, 5, 5],
      ],
    },
    {
      title: "抽了两次",
      args: [
        [0, 0],
        [0, 1],
        [3, 7],
      ],
    },
  ],
  hints: [
    "第 $t$ 次的基线 $b_t$ 只看它**之前**的各次。边走边记着前面回报的总和，就不用每次从头加。",
    "$b_t=\\frac{r_1+\\dots+r_{t-1}}{t-1}$（$b_1=0$），估计是 $\\frac1n\\sum_t(r_t-b_t)(\\mathbf 1_{a_t}-\\pi)$。",
    "`let sum = 0;`，`const better = rewards.map((r, t) => { const b = t === 0 ? 0 : sum / t; sum += r; return r - b; });`，然后返回 `reinforceGrad(theta, actions, better)`。",
  ],
  mutants: [
    ...slips(less(earlier)).map(([id, fn]) => ({ id, fn })),
    { id: "no-baseline", fn: estimated(same) },
    { id: "self-included", fn: withBaseline(upTo(mean)) },
    { id: "all", fn: withBaseline((r) => r.map(() => mean(r))) },
    {
      id: "others",
      fn: withBaseline((r) => r.map((x) => (r.length === 1 ? 0 : (total(r) - x) / (r.length - 1)))),
    },
    { id: "sum-over-t", fn: withBaseline(upTo((past) => total(past.slice(0, -1)) / past.length)) },
    { id: "sum-only", fn: withBaseline(upTo((past) => total(past.slice(0, -1)))) },
    { id: "previous-only", fn: withBaseline((r) => r.map((_, t) => r[t - 1] ?? 0)) },
    { id: "added", fn: withBaseline((r) => earlier(r).map((x) => -x)) },
    { id: "baseline-only", fn: estimated(earlier) },
    {
      id: "best",
      fn: withBaseline(upTo((past) => (past.length === 1 ? 0 : Math.max(...past.slice(0, -1))))),
    },
    { id: "first-skipped", fn: withBaseline((r) => r.map((x, t) => (t === 0 ? x : earlier(r)[t]!))) },
    { id: "first-nan", fn: withBaseline((r) => r.map((_, t) => total(r.slice(0, t)) / t)) },
  ],
};
