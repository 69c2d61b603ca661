import type { Question } from "../problem.js";
import { affine, draw, mlpBranch, mlpBranches, ranges, rows, sampleMlp, squares } from "./jacobian-parts.js";
import { liftMutants } from "./lift.js";
import { apply, type Matrix, multiply, transpose } from "./matrices.js";
import { dot, total, type Vector } from "./vectors.js";

type Norm = (W: Matrix, b: Vector, V: Matrix, x: Vector) => number;

/** 隐藏单元之间的两张 k×k 的表：VᵀV 与 WWᵀ；k 小，输入与输出再多也不怕。 */
const grams = (W: Matrix, V: Matrix) => {
  const columns = transpose(V);
  return {
    A: columns.map((u) => columns.map((v) => dot(u, v))),
    B: W.map((u) => W.map((v) => dot(u, v))),
  };
};

type Weigh = (s: Vector, A: Matrix, B: Matrix, k: number, l: number) => number;
const exact: Weigh = (s, A, B, k, l) => s[k]! * s[l]! * A[k]![l]! * B[k]![l]!;

const over =
  (f: Weigh, slope = (z: number) => 1 - Math.tanh(z) ** 2): Norm =>
  (W, b, V, x) => {
    const s = affine(W, b, x).map(slope);
    const { A, B } = grams(W, V);
    return total(s.map((_, k) => total(s.map((__, l) => f(s, A, B, k, l)))));
  };
const norm = over(exact);
const after =
  (f: (r: number, W: Matrix, V: Matrix, x: Vector) => number): Norm =>
  (W, b, V, x) =>
    f(norm(W, b, V, x), W, V, x);

/** 第二判据与慢的写法：老老实实写出 m×n 的雅可比矩阵；斜率用 1/cosh²。 */
const direct: Norm = (W, b, V, x) =>
  squares(
    multiply(
      V,
      rows(
        W,
        affine(W, b, x).map((z) => 1 / Math.cosh(z) ** 2),
      ),
    ),
  );

const edges = [
  {
    title: "V 是单位阵，z 恰为 0：J = W",
    args: [
      [
        [1, 2],
        [3, 4],
      ],
      [0, 0],
      [
        [1, 0],
        [0, 1],
      ],
      [0, 0],
    ],
  },
  {
    title: "V 全为 0",
    args: [
      [
        [1, -1],
        [2, 1],
      ],
      [0.5, 0.25],
      [
        [0, 0],
        [0, 0],
      ],
      [1, 1],
    ],
  },
  { title: "只有一个隐藏单元", args: [[[2, 1]], [0], [[4], [3]], [1, -2]] },
];

export const wide: Question = {
  id: "jacobian.wide",
  fn: "jacobianNormWide",
  signature: "jacobianNormWide(W: number[][], b: number[], V: number[][], x: number[]): number",
  title: "选做：输入输出都很宽，要快",
  points: 0,
  params: ["W", "b", "V", "x"],
  reference: norm,
  truth: { kind: "value", second: direct },
  branches: mlpBranches,
  sample: sampleMlp,
  branchesOf: mlpBranch,
  edges,
  hints: [
    "先写出 $J=V\\,\\mathrm{diag}(s)\\,W$ 再求平方和，结果对，但 $J$ 有 $m\\times n$ 个数。隐藏单元只有几个，能不能只在隐藏单元之间算？",
    "$\\lVert J\\rVert_F^2=\\mathrm{tr}(J^\\top J)=\\sum_{kl}s_ks_l\\,(V^\\top V)_{kl}\\,(WW^\\top)_{kl}$：$V$ 的两列的内积，乘 $W$ 的两行的内积。",
    "两重循环遍历隐藏单元 `k`、`l`，累加 `s[k] * s[l] * dot(Vt[k], Vt[l]) * dot(W[k], W[l])`，其中 `Vt = transpose(V)`。",
  ],
  mutants: [
    { id: "root", fn: after(Math.sqrt) },
    { id: "half", fn: after((r) => r / 2) },
    { id: "doubled", fn: after((r) => 2 * r) },
    { id: "mean-entries", fn: after((r, _W, V, x) => r / (V.length * x.length)) },
    { id: "mean-outputs", fn: after((r, _W, V) => r / V.length) },
    { id: "mean-inputs", fn: after((r, _W, _V, x) => r / x.length) },
    { id: "diagonal-only", fn: over((s, A, B, k, l) => (k === l ? exact(s, A, B, k, l) : 0)) },
    { id: "half-pairs", fn: over((s, A, B, k, l) => (k <= l ? exact(s, A, B, k, l) : 0)) },
    { id: "no-slope", fn: over(exact, () => 1) },
    { id: "slope-once", fn: over((s, A, B, k, l) => s[k]! * A[k]![l]! * B[k]![l]!) },
    { id: "slope-squared", fn: over((s, A, B, k, l) => s[k]! * s[k]! * A[k]![l]! * B[k]![l]!) },
    { id: "slope-linear", fn: over(exact, (z) => 1 - Math.tanh(z)) },
    { id: "slope-sigmoid", fn: over(exact, (z) => Math.tanh(z) * (1 - Math.tanh(z))) },
    {
      id: "product-of-norms",
      fn: (W, b, V, x) =>
        squares(V) *
        squares(
          rows(
            W,
            affine(W, b, x).map((z) => 1 - Math.tanh(z) ** 2),
          ),
        ),
    },
    {
      id: "output",
      fn: (W, b, V, x) => total(apply(V, affine(W, b, x).map(Math.tanh)).map((y) => y * y)),
    },
  ],
  speed: {
    title: "4000 个输入、4000 个输出、3 个隐藏单元",
    args(rng) {
      const entry = () => Math.round(rng.normal() * 1e3) / 1e5;
      const W = Array.from({ length: 3 }, () => Array.from({ length: 4000 }, entry));
      const V = Array.from({ length: 4000 }, () => [entry(), entry(), entry()]);
      return [W, [0.25, -0.5, 1], V, Array.from({ length: 4000 }, entry)];
    },
    naive: direct,
  },
};

const fround = (A: Matrix): Matrix => A.map((row) => row.map(Math.fround));
const perPoint =
  (f: Norm) =>
  (W: Matrix, b: Vector, V: Matrix, X: Matrix): Vector =>
    X.map((x) => f(W, b, V, x));

/** 张量版：一批输入各自的惩罚；只看值，不计时。 */
const { speed: _, ...untimed } = wide;
export const tensorQuestion: Question = {
  ...untimed,
  id: "jacobian.gpu",
  fn: "jacobianTensorNorm",
  signature: "jacobianTensorNorm(W: Tensor, b: Tensor, V: Tensor, X: Tensor): Tensor",
  title: "选做：用张量运算，能在 GPU 上跑",
  params: ["W", "b", "V", "X"],
  tensors: true,
  reference: perPoint(norm),
  truth: { kind: "value", second: perPoint(direct) as never },
  sample(rng, branch) {
    const [W, , V, x] = sampleMlp(rng, branch);
    // 偏置照第一个输入定，其余的输入在它旁边：整批落在同一个分支里。
    const pre = apply(W, x);
    const b = draw(rng, W.length, ...ranges[branch]!).map((z, k) => Math.fround(z - pre[k]!));
    const near = () => x.map((v) => Math.fround(v + rng.uniform(-1, 1) * 1e-3));
    return [fround(W), b, fround(V), [x.map(Math.fround), near(), near()]];
  },
  branchesOf: (W: Matrix, b: Vector, V: Matrix, X: Matrix) => [
    ...new Set(X.flatMap((x) => mlpBranch(W, b, V, x))),
  ],
  edges: edges.map(({ title, args }) => ({ title, args: args.with(3, [args[3] as Vector]) as never })),
  hints: [
    "一行一个输入：`tanh(matmul(X, W.transpose()).add(b))` 一次得到全部的隐藏值，形状是「行数 × 隐藏单元数」。",
    "斜率 `s` 每行一份，$V^\\top V$ 与 $WW^\\top$ 各行共用。第 $i$ 行的惩罚是 $s_i^\\top M s_i$，$M=(V^\\top V)\\odot(WW^\\top)$。",
    "`const M = matmul(V.transpose(), V).mul(matmul(W, W.transpose()));`，结果是 `sum(matmul(s, M).mul(s), 1)`。",
  ],
  mutants: liftMutants(
    wide.mutants,
    (f) => ((W: Matrix, b: Vector, V: Matrix, X: Matrix) => X.map((x) => f(W, b, V, x))) as never,
  ),
};
