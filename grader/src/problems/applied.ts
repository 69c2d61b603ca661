import { appliedMistakes } from "../mistakes/applied.js";
import { appliedOracles } from "../oracles/applied.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import type { Vector } from "./vectors.js";

type Matrix = Vector[];
type Factors = { U: Matrix; V: Matrix };

const total = (x: Vector) => x.reduce((sum, v) => sum + v, 0);
const mean = (x: Vector) => total(x) / x.length;
const dot = (x: Vector, y: Vector) => total(x.map((v, i) => v * y[i]!));
const scaled = (A: Matrix, k: number): Matrix => A.map((row) => row.map((v) => v * k));
const plus = (A: Matrix, B: Matrix): Matrix => A.map((row, i) => row.map((v, j) => v + B[i]![j]!));
const cells = (f: (i: number, j: number) => number, U: Matrix, V: Matrix): Matrix =>
  U.map((_, i) => V.map((_, j) => f(i, j)));

/** 各个因子；错法只换掉其中一个。 */
interface Parts {
  /** 第 i 行第 j 列的误差，还没有乘掩码。 */
  error(p: number, r: number): number;
  mask(m: number): number;
  /** 平均的分母。 */
  count(M: Matrix): number;
  /** L2 项的系数。 */
  decay(lambda: number, M: Matrix): number;
}

const correct: Parts = {
  error: (p, r) => p - r,
  mask: (m) => m,
  count: (M) => total(M.flat()),
  decay: (lambda) => lambda,
};

type FactorArgs = [U: Matrix, V: Matrix, R: Matrix, M: Matrix, lambda: number];
type Factorization = (...args: FactorArgs) => Factors;

/** 误差表 E 已经乘了掩码、除了个数；一个都没有时全是 0。 */
function errors(parts: Parts, U: Matrix, V: Matrix, R: Matrix, M: Matrix): Matrix {
  const count = parts.count(M);
  const masked = (i: number, j: number) => parts.mask(M[i]![j]!) * parts.error(dot(U[i]!, V[j]!), R[i]![j]!);
  return cells((i, j) => (count === 0 ? 0 : masked(i, j) / count), U, V);
}

const times = (E: Matrix, B: Matrix): Matrix =>
  E.map((row) => B[0]!.map((_, k) => total(row.map((e, j) => e * B[j]![k]!))));
const transpose = (A: Matrix): Matrix => A[0]!.map((_, j) => A.map((row) => row[j]!));

const factors =
  (change: Partial<Parts> = {}): Factorization =>
  (U, V, R, M, lambda) => {
    const parts = { ...correct, ...change };
    const E = errors(parts, U, V, R, M);
    const decay = parts.decay(lambda, M);
    return {
      U: plus(times(E, V), scaled(U, decay)),
      V: plus(times(transpose(E), U), scaled(V, decay)),
    };
  };
const rightFactors = factors();

/** 一格一格写的前向，与标准答案的矩阵写法互不相干。 */
function factorLoss(...[U, V, R, M, lambda]: FactorArgs): number {
  let sum = 0;
  let seen = 0;
  for (const [i, u] of U.entries())
    for (const [j, v] of V.entries()) {
      if (M[i]![j] !== 1) continue;
      let gap = -R[i]![j]!;
      for (let k = 0; k < u.length; k++) gap += u[k]! * v[k]!;
      sum += gap ** 2;
      seen += 1;
    }
  let squares = 0;
  for (const x of [...U, ...V].flat()) squares += x * x;
  return (seen === 0 ? 0 : sum / (2 * seen)) + (lambda / 2) * squares;
}

const drawMatrix = (rng: Rng, height: number, width: number): Matrix =>
  Array.from({ length: height }, () =>
    Array.from({ length: width }, () => rng.sign() * rng.uniform(0.4, 1.6)),
  );

/** 第一行只打过一个分，其余各行两个：个数不会碰巧是行数或它的两倍。 */
function drawMask(rng: Rng, users: number, items: number): Matrix {
  const shift = rng.integer(0, items - 1);
  return Array.from({ length: users }, (_, i) =>
    Array.from({ length: items }, (_, j) => ((i + j + shift) % items < (i === 0 ? 1 : 2) ? 1 : 0)),
  );
}

const chapterU = [
  [1, 2],
  [2, 0],
];
const chapterV = [
  [2, 1],
  [1, 1],
  [0, 2],
];
const chapterR = [
  [5, 1, 0],
  [0, 4, 1],
];
const chapterM = [
  [1, 1, 0],
  [0, 1, 1],
];
const none = [
  [0, 0, 0],
  [0, 0, 0],
];

const factorization: Question = {
  id: "applied.factorization",
  fn: "factorizationGrad",
  signature:
    "factorizationGrad(U: number[][], V: number[][], R: number[][], M: number[][], lambda: number): { U: number[][]; V: number[][] }",
  title: "矩阵分解的梯度",
  points: 2,
  params: ["U", "V", "R", "M", "lambda"],
  reference: rightFactors,
  truth: { kind: "gradient", forward: factorLoss, wrt: { U: 0, V: 1 } },
  branches: [
    { id: "sparse", title: "有空格，有正则" },
    { id: "full", title: "没有空格，有正则" },
    { id: "plain", title: "有空格，没有正则" },
  ],
  sample(rng, branch) {
    const [users, items, width] = [rng.integer(2, 3), rng.integer(3, 4), rng.integer(2, 3)];
    const [U, V] = [drawMatrix(rng, users, width), drawMatrix(rng, items, width)];
    // 空格里也放着数：忘了掩码才看得出来。
    const R = drawMatrix(rng, users, items).map((row) => row.map((v) => 2 * v));
    const M = branch === "full" ? R.map((row) => row.map(() => 1)) : drawMask(rng, users, items);
    return [U, V, R, M, branch === "plain" ? 0 : rng.uniform(0.2, 0.7)];
  },
  branchesOf: (_U, _V, _R, M: Matrix, lambda: number) => [
    M.flat().every((m) => m === 1) ? "full" : lambda === 0 ? "plain" : "sparse",
  ],
  edges: [
    { title: "正文里的两张表", args: [chapterU, chapterV, chapterR, chapterM, 0.5] },
    { title: "一个分也没打过", args: [chapterU, chapterV, chapterR, none, 0.25] },
    {
      title: "一个分也没打过，没有正则",
      args: [
        chapterV,
        chapterU,
        [
          [1, 2],
          [3, 4],
          [5, 6],
        ],
        [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        0,
      ],
    },
    {
      title: "只打过一个分",
      args: [
        chapterU,
        chapterV,
        chapterR,
        [
          [0, 0, 0],
          [0, 0, 1],
        ],
        0.5,
      ],
    },
    {
      title: "预测恰好正确",
      args: [
        chapterU,
        chapterV,
        [
          [4, 3, 9],
          [9, 2, 0],
        ],
        chapterM,
        0.25,
      ],
    },
  ],
  hints: [
    "先算预测 $P_{ij}=u_i^\\top v_j$，再算误差表 $E=M\\odot(P-R)$ 和打过分的个数 $N=\\sum M_{ij}$。空格处的误差是 0，不管 $R$ 里写了什么。",
    "$\\frac{\\partial L}{\\partial U}=\\frac1NEV+\\lambda U$，$\\frac{\\partial L}{\\partial V}=\\frac1NE^\\top U+\\lambda V$。$N=0$ 时第一项按约定是 0，不要去除。",
    "先令 `gU` 为 `U.map((u) => u.map((x) => lambda * x))`，`gV` 同理；再对每个 $M_{ij}=1$ 的格子算 `e = (dot(U[i], V[j]) - R[i][j]) / N`，做 `gU[i][k] += e * V[j][k]` 和 `gV[j][k] += e * U[i][k]`。",
  ],
  mutants: [
    {
      id: "sign",
      fn: (...args: FactorArgs) => {
        const { U, V } = rightFactors(...args);
        return { U: scaled(U, -1), V: scaled(V, -1) };
      },
    },
    { id: "error-sign", fn: factors({ error: (p, r) => r - p }) },
    { id: "no-error", fn: factors({ error: (p) => p }) },
    { id: "no-mask", fn: factors({ mask: () => 1 }) },
    { id: "mask-inverted", fn: factors({ mask: (m) => 1 - m }) },
    {
      id: "blank-as-zero",
      fn: (U, V, R, M, lambda) =>
        factors({ mask: () => 1 })(
          U,
          V,
          R.map((row: Vector, i: number) => row.map((v, j) => v * M[i]![j]!)),
          M,
          lambda,
        ),
    },
    { id: "mean-over-cells", fn: factors({ count: (M) => M.flat().length }) },
    { id: "mean-over-users", fn: factors({ count: (M) => M.length }) },
    { id: "no-mean", fn: factors({ count: () => 1 }) },
    { id: "factor-two", fn: factors({ count: (M) => total(M.flat()) / 2 }) },
    { id: "no-decay", fn: factors({ decay: () => 0 }) },
    { id: "decay-averaged", fn: factors({ decay: (lambda, M) => lambda / Math.max(1, total(M.flat())) }) },
    { id: "decay-doubled", fn: factors({ decay: (lambda) => 2 * lambda }) },
    { id: "decay-halved", fn: factors({ decay: (lambda) => lambda / 2 }) },
    {
      id: "decay-u-only",
      fn: (...args: FactorArgs) => ({ ...rightFactors(...args), V: factors({ decay: () => 0 })(...args).V }),
    },
    {
      id: "own-table",
      fn: (U, V, R, M, lambda) => {
        const E = errors(correct, U, V, R, M);
        const own = (A: Matrix, rows: Matrix) =>
          A.map((a, i) => a.map((x) => x * (total(rows[i]!) + lambda)));
        return { U: own(U, E), V: own(V, transpose(E)) };
      },
    },
    {
      id: "v-frozen",
      fn: (U, V, R, M, lambda) => ({ ...rightFactors(U, V, R, M, lambda), V: scaled(V, 0) }),
    },
    {
      id: "nothing-seen",
      fn: (U, V, R, M, lambda) =>
        total(M.flat()) === 0
          ? { U: scaled(U, Number.NaN), V: scaled(V, Number.NaN) }
          : rightFactors(U, V, R, M, lambda),
    },
  ],
};

/** π = softmax(θ)。 */
const softmax = (theta: Vector): Vector => {
  const e = theta.map((t) => Math.exp(t - Math.max(...theta)));
  return e.map((x) => x / total(e));
};
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
  const pi = softmax(theta);
  return pi.map((p, k) => p * (r[k]! - dot(pi, r)));
};
const exactWith =
  (f: (pi: Vector, r: Vector, J: number) => Vector): Exact =>
  (theta, r) => {
    const pi = softmax(theta);
    return f(pi, r, dot(pi, r));
  };

const third = [0, Math.log(2), 0];
const expected: Question = {
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
        const J = dot(softmax(theta), r);
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
    const pi = softmax(theta);
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

const reinforce: Question = {
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
        const pi = softmax(theta);
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

const baseline: Question = {
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

export const applied = family({
  id: "applied",
  title: "梯度用在哪里",
  exercise: "1-foundations/06-where-used",
  mistakes: appliedMistakes,
  oracles: appliedOracles,
  questions: [factorization, expected, reinforce, baseline],
});
