import type { Question } from "../problem.js";
import type { Rng } from "../random.js";
import { type Matrix, multiply, plus, times, transpose } from "./matrices.js";
import { dot, total, type Vector } from "./vectors.js";

// 第 1.6 章：矩阵分解。

type Factors = { U: Matrix; V: Matrix };

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

const factors =
  (change: Partial<Parts> = {}): Factorization =>
  (U, V, R, M, lambda) => {
    const parts = { ...correct, ...change };
    const E = errors(parts, U, V, R, M);
    const decay = parts.decay(lambda, M);
    return {
      U: plus(multiply(E, V), times(U, decay)),
      V: plus(multiply(transpose(E), U), times(V, decay)),
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

export const factorization: Question = {
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
        return { U: times(U, -1), V: times(V, -1) };
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
      fn: (U, V, R, M, lambda) => ({ ...rightFactors(U, V, R, M, lambda), V: times(V, 0) }),
    },
    {
      id: "nothing-seen",
      fn: (U, V, R, M, lambda) =>
        total(M.flat()) === 0
          ? { U: times(U, Number.NaN), V: times(V, Number.NaN) }
          : rightFactors(U, V, R, M, lambda),
    },
  ],
};
