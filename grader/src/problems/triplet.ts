import { tripletMistakes } from "../mistakes/triplet.js";
import { tripletOracles } from "../oracles/triplet.js";
import { family, type Mutant, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import type { Value } from "../value.js";
import { liftMutants } from "./lift.js";
import { mining } from "./triplet-mining.js";
import { add, norm, scale, squared, sub, unit, type Vector, zeros } from "./vectors.js";

type Gradients = { a: Vector; p: Vector; n: Vector };
type Distance = (x: Vector) => number;

const none = (a: Vector): Gradients => ({ a: zeros(a), p: zeros(a), n: zeros(a) });

/** 合页内的量：d(a,p) − d(a,n) + m。大于 0 才有损失。 */
const inner = (d: Distance) => (a: Vector, p: Vector, n: Vector, m: number) =>
  d(sub(a, p)) - d(sub(a, n)) + m;
const hinge = (d: Distance) => (a: Vector, p: Vector, n: Vector, m: number) =>
  Math.max(0, inner(d)(a, p, n, m));

/** 激活时（合页内的量严格大于 0）各点的梯度；恰为 0 时按约定不激活。 */
const when =
  (
    active: (a: Vector, p: Vector, n: Vector, m: number) => boolean,
    gradients: (a: Vector, p: Vector, n: Vector) => Gradients,
  ) =>
  (a: Vector, p: Vector, n: Vector, m: number): Gradients =>
    active(a, p, n, m) ? gradients(a, p, n) : none(a);

const activeSquared = (a: Vector, p: Vector, n: Vector, m: number) => inner(squared)(a, p, n, m) > 0;
const activeNorm = (a: Vector, p: Vector, n: Vector, m: number) => inner(norm)(a, p, n, m) > 0;

const squaredParts = (a: Vector, p: Vector, n: Vector): Gradients => ({
  a: scale(sub(n, p), 2),
  p: scale(sub(p, a), 2),
  n: scale(sub(a, n), 2),
});
const normParts = (a: Vector, p: Vector, n: Vector): Gradients => {
  const u = unit(sub(a, p));
  const v = unit(sub(a, n));
  return { a: sub(u, v), p: scale(u, -1), n: v };
};

const squaredGradient = when(activeSquared, squaredParts);
const normGradient = when(activeNorm, normParts);

const all = (g: Gradients, k: number): Gradients => ({
  a: scale(g.a, k),
  p: scale(g.p, k),
  n: scale(g.n, k),
});
const one = (g: Gradients, name: keyof Gradients, k: number): Gradients => ({
  ...g,
  [name]: scale(g[name], k),
});

// 分支：难（负例比正例还近）、半难（负例远一些，但没远过间隔）、易（已满足间隔，损失为 0）。
const branches = [
  { id: "hard", title: "激活区，负例比正例近" },
  { id: "semihard", title: "激活区，负例在间隔之内" },
  { id: "easy", title: "非激活区" },
];

function branchOf(d: Distance, a: Vector, p: Vector, n: Vector, m: number): string {
  const gap = d(sub(a, n)) - d(sub(a, p));
  return gap <= 0 ? "hard" : gap < m ? "semihard" : "easy";
}

function direction(rng: Rng, size: number): Vector {
  const x = Array.from({ length: size }, () => rng.normal());
  return norm(x) < 0.1 ? direction(rng, size) : unit(x);
}

/** 先定两个距离与间隔，再随机取方向：每个分支都稳稳落在中间。 */
function sampleOne(
  rng: Rng,
  branch: string,
  d: Distance,
  size = rng.integer(2, 4),
): [Vector, Vector, Vector, number] {
  const margin = rng.uniform(0.3, 1.8);
  const near = rng.uniform(0.4, 1.6);
  const gap =
    branch === "hard"
      ? -rng.uniform(0.05, 0.9) * near
      : branch === "semihard"
        ? rng.uniform(0.1, 0.9) * margin
        : margin + rng.uniform(0.1, 1.5);
  const length = (x: number) => (d === squared ? Math.sqrt(x) : x);
  const a = Array.from({ length: size }, () => rng.uniform(-1, 1));
  const p = add(a, scale(direction(rng, size), length(near)));
  const n = add(a, scale(direction(rng, size), length(near + gap)));
  return [a, p, n, margin];
}

const params = ["a", "p", "n", "margin"];
const wrt = { a: 0, p: 1, n: 2 };

// 恰在合页边界上的点：坐标取整数与勾股数，任何写法都能算得分毫不差。
const hinged = { convention: "hinge" };
const squaredBoundary = [
  { title: "合页内恰为 0", args: [[0, 0], [1, 0], [2, 0], 3], ...hinged },
  { title: "合页内恰为 0", args: [[1, 1], [1, 2], [3, 1], 3], ...hinged },
  { title: "合页内恰为 0", args: [[0, 0, 1], [2, 1, 1], [0, 3, 1], 4], ...hinged },
];
const normBoundary = [
  { title: "合页内恰为 0", args: [[0, 0], [3, 4], [6, 8], 5], ...hinged },
  { title: "合页内恰为 0", args: [[1, 0], [1, 2], [1, -3], 1], ...hinged },
  { title: "合页内恰为 0", args: [[0, 0, 0], [0, 0, 1], [0, 4, 0], 3], ...hinged },
];
const apart = { convention: "norm" };
const coincident = [
  { title: "a 与 p 重合，激活", args: [[0.5, -1], [0.5, -1], [1.1, -0.2], 2], ...apart },
  { title: "a 与 p 重合，激活", args: [[1, 2, 0], [1, 2, 0], [1, 2.5, 0], 0.75], ...apart },
  { title: "a 与 n 重合，激活", args: [[0.25, 1], [1.25, 1.5], [0.25, 1], 0.5], ...apart },
  { title: "a 与 n 重合，激活", args: [[1, 0, 1], [1, 0.5, 1], [1, 0, 1], 1], ...apart },
  { title: "a、p、n 三点重合", args: [[1, 2], [1, 2], [1, 2], 1], ...apart },
  { title: "a 与 p 重合，不激活", args: [[0, 0], [0, 0], [3, 0], 1], ...apart },
];
const close = [
  { title: "a 与 p 几乎重合", args: [[0, 0], [3e-6, 4e-6], [0.5, 0.5], 1.5] },
  { title: "a 与 n 几乎重合", args: [[0, 0], [0.5, 0.5], [-4e-6, 3e-6], 1.5] },
];

/** 两种距离共有的错法。 */
function gradientMutants(
  d: Distance,
  parts: typeof squaredParts,
  towards: (a: Vector, b: Vector) => Vector,
  active: typeof activeSquared,
): Mutant[] {
  return [
    { id: "sign", fn: when(active, (a, p, n) => all(parts(a, p, n), -1)) },
    {
      id: "swapped",
      fn: when(active, (a, p, n) => {
        const g = parts(a, p, n);
        return { a: g.a, p: g.n, n: g.p };
      }),
    },
    { id: "anchor-positive-only", fn: when(active, (a, p, n) => ({ ...parts(a, p, n), a: towards(a, p) })) },
    {
      id: "anchor-negative-only",
      fn: when(active, (a, p, n) => ({ ...parts(a, p, n), a: scale(towards(a, n), -1) })),
    },
    {
      id: "anchor-added",
      fn: when(active, (a, p, n) => ({ ...parts(a, p, n), a: add(towards(a, p), towards(a, n)) })),
    },
    { id: "anchor-detached", fn: when(active, (a, p, n) => ({ ...parts(a, p, n), a: zeros(a) })) },
    { id: "positive-sign", fn: when(active, (a, p, n) => one(parts(a, p, n), "p", -1)) },
    { id: "negative-sign", fn: when(active, (a, p, n) => one(parts(a, p, n), "n", -1)) },
    { id: "hinge-ignored", fn: (a: Vector, p: Vector, n: Vector) => parts(a, p, n) },
    { id: "hinge-inverted", fn: when((...x) => !active(...x), parts) },
    { id: "margin-ignored", fn: when((a, p, n) => inner(d)(a, p, n, 0) > 0, parts) },
    { id: "margin-sign", fn: when((a, p, n, m) => inner(d)(a, p, n, -m) > 0, parts) },
    { id: "boundary-active", fn: when((a, p, n, m) => inner(d)(a, p, n, m) >= 0, parts) },
  ];
}

const squaredQuestion: Question = {
  id: "triplet.squared",
  fn: "tripletSquaredGrad",
  signature:
    "tripletSquaredGrad(a: number[], p: number[], n: number[], margin: number): { a: number[]; p: number[]; n: number[] }",
  title: "平方欧氏距离的三元组梯度",
  points: 1,
  params,
  reference: squaredGradient,
  truth: { kind: "gradient", forward: hinge(squared), wrt },
  branches,
  sample: (rng, branch) => sampleOne(rng, branch, squared),
  branchesOf: (a: Vector, p: Vector, n: Vector, m: number) => [branchOf(squared, a, p, n, m)],
  edges: [...squaredBoundary, ...coincident],
  hints: [
    "先看合页：括号里的量不大于 0 时损失恒为 0，三个梯度都是零向量。",
    "激活时展开 $\\|a-p\\|^2-\\|a-n\\|^2$：对 $p$ 求导得 $2(p-a)$，对 $n$ 求导得 $2(a-n)$。",
    "锚点 $a$ 出现在两项里，两份贡献相加：$2(a-p)-2(a-n)=2(n-p)$。三个梯度之和应为零，用它检查。",
  ],
  mutants: [
    ...gradientMutants(squared, squaredParts, (a, b) => scale(sub(a, b), 2), activeSquared),
    { id: "missing-two", fn: when(activeSquared, (a, p, n) => all(squaredParts(a, p, n), 0.5)) },
    { id: "euclidean", fn: when(activeSquared, normParts) },
  ],
};

/** 两点重合时不加防护：0/0 得 NaN。 */
const bareUnit = (x: Vector) => scale(x, 1 / norm(x)).map((v) => (norm(x) === 0 ? Number.NaN : v));
const softUnit = (x: Vector, epsilon: number) => scale(x, 1 / Math.sqrt(squared(x) + epsilon));

const withUnit = (f: (x: Vector) => Vector, g = f) =>
  when(activeNorm, (a, p, n) => {
    const u = f(sub(a, p));
    const v = g(sub(a, n));
    return { a: sub(u, v), p: scale(u, -1), n: v };
  });

const euclideanQuestion: Question = {
  id: "triplet.euclidean",
  fn: "tripletEuclideanGrad",
  signature:
    "tripletEuclideanGrad(a: number[], p: number[], n: number[], margin: number): { a: number[]; p: number[]; n: number[] }",
  title: "欧氏距离的三元组梯度",
  points: 2,
  params,
  reference: normGradient,
  truth: { kind: "gradient", forward: hinge(norm), wrt },
  branches,
  sample: (rng, branch) => sampleOne(rng, branch, norm),
  branchesOf: (a: Vector, p: Vector, n: Vector, m: number) => [branchOf(norm, a, p, n, m)],
  edges: [...normBoundary, ...coincident, ...close],
  hints: [
    "$\\|x\\|$ 的梯度是单位向量 $x/\\|x\\|$：方向不变，长度归一。激活时记 $u=(a-p)/\\|a-p\\|$，$v=(a-n)/\\|a-n\\|$。",
    "激活时 $\\nabla_a=u-v$，$\\nabla_p=-u$，$\\nabla_n=v$。合页内恰为 0 时按约定不激活。",
    "$a=p$ 时 $u$ 是 0/0，按约定取零向量；此时 $v$ 照旧，不要把整份梯度都清零。用 `length === 0` 判断，不要在根号里加一个小数。",
  ],
  mutants: [
    ...gradientMutants(norm, normParts, (a, b) => unit(sub(a, b)), activeNorm),
    { id: "unnormalised", fn: when(activeNorm, (a, p, n) => all(squaredParts(a, p, n), 0.5)) },
    { id: "squared", fn: when(activeNorm, squaredParts) },
    { id: "squared-hinge", fn: when(activeSquared, normParts) },
    { id: "divided-by-square", fn: withUnit((x) => (norm(x) === 0 ? zeros(x) : scale(x, 1 / squared(x)))) },
    { id: "coincident-nan", fn: withUnit(bareUnit) },
    { id: "coincident-nan-positive", fn: withUnit(bareUnit, unit) },
    { id: "coincident-nan-negative", fn: withUnit(unit, bareUnit) },
    {
      id: "coincident-cleared",
      fn: (a: Vector, p: Vector, n: Vector, m: number) =>
        norm(sub(a, p)) === 0 || norm(sub(a, n)) === 0 ? none(a) : normGradient(a, p, n, m),
    },
    { id: "epsilon", fn: withUnit((x) => softUnit(x, 1e-8)) },
  ],
};

const valueQuestion: Question = {
  id: "triplet.value",
  fn: "tripletValue",
  signature: "tripletValue(a: number[], p: number[], n: number[], margin: number): number",
  title: "三元组损失的值",
  points: 1,
  params,
  reference: hinge(norm),
  // 独立的算法：Math.hypot 与“取较大者”的另一种写法 (x+|x|)/2。
  truth: {
    kind: "value",
    second(a: Vector, p: Vector, n: Vector, m: number) {
      const x = Math.hypot(...sub(a, p)) - Math.hypot(...sub(a, n)) + m;
      return (x + Math.abs(x)) / 2;
    },
  },
  branches,
  sample: (rng, branch) => sampleOne(rng, branch, norm),
  branchesOf: (a: Vector, p: Vector, n: Vector, m: number) => [branchOf(norm, a, p, n, m)],
  edges: [...normBoundary, ...coincident],
  hints: [
    "先算两个欧氏距离：锚点到正例 $d_p$，锚点到负例 $d_n$。距离要开平方。",
    "希望 $d_n$ 比 $d_p$ 至少大出间隔 $m$；差多少就罚多少：$d_p-d_n+m$。",
    "已经满足间隔时损失是 0，不是负数：`Math.max(0, dp - dn + margin)`。",
  ],
  mutants: [
    { id: "squared", fn: hinge(squared) },
    { id: "no-hinge", fn: inner(norm) },
    { id: "no-margin", fn: (a, p, n) => hinge(norm)(a, p, n, 0) },
    { id: "margin-sign", fn: (a, p, n, m) => hinge(norm)(a, p, n, -m) },
    { id: "swapped", fn: (a: Vector, p: Vector, n: Vector, m: number) => hinge(norm)(a, n, p, m) },
    {
      id: "hinge-inverted",
      fn: (a: Vector, p: Vector, n: Vector, m: number) => Math.min(0, inner(norm)(a, p, n, m)),
    },
    { id: "absolute", fn: (a: Vector, p: Vector, n: Vector, m: number) => Math.abs(inner(norm)(a, p, n, m)) },
    { id: "manhattan", fn: hinge((x) => x.reduce((sum, v) => sum + Math.abs(v), 0)) },
    { id: "dimension-mean", fn: hinge((x) => Math.sqrt(squared(x) / x.length)) },
    {
      id: "positive-negative",
      fn: (a: Vector, p: Vector, n: Vector, m: number) => Math.max(0, norm(sub(a, p)) - norm(sub(p, n)) + m),
    },
    {
      id: "margin-outside",
      fn: (a: Vector, p: Vector, n: Vector, m: number) => Math.max(0, inner(norm)(a, p, n, 0)) + m,
    },
    { id: "epsilon", fn: hinge((x) => Math.sqrt(squared(x) + 1e-4)) },
  ],
};

type Batch = { a: Vector[]; p: Vector[]; n: Vector[] };
type Rows = (A: Vector[], P: Vector[], N: Vector[], m: number) => Batch;

const collect = (rows: Gradients[]): Batch => ({
  a: rows.map((g) => g.a),
  p: rows.map((g) => g.p),
  n: rows.map((g) => g.n),
});

/** 逐行求梯度，再乘上系数（由行数与激活的行数定）。 */
const rows =
  (
    f: (a: Vector, p: Vector, n: Vector, m: number) => Gradients,
    weight = (count: number, _active: number, _size: number) => 1 / count,
  ): Rows =>
  (A, P, N, m) => {
    const active = A.filter((a, i) => activeSquared(a, P[i]!, N[i]!, m)).length;
    const k = weight(A.length, active, A[0]!.length);
    return collect(A.map((a, i) => all(f(a, P[i]!, N[i]!, m), k)));
  };

const meanHinge = (A: Vector[], P: Vector[], N: Vector[], m: number) =>
  A.reduce((sum, a, i) => sum + hinge(squared)(a, P[i]!, N[i]!, m), 0) / A.length;

const totalInner = (A: Vector[], P: Vector[], N: Vector[], m: number) =>
  A.reduce((sum, a, i) => sum + inner(squared)(a, P[i]!, N[i]!, m), 0);

const batchQuestion: Question = {
  id: "triplet.batch",
  fn: "tripletBatchGrad",
  signature:
    "tripletBatchGrad(A: number[][], P: number[][], N: number[][], margin: number): { a: number[][]; p: number[][]; n: number[][] }",
  title: "一批三元组的平均梯度",
  points: 2,
  params: ["A", "P", "N", "margin"],
  reference: rows(squaredGradient),
  truth: { kind: "gradient", forward: meanHinge, wrt },
  branches: [...branches, { id: "mixed", title: "激活与非激活混合的一批" }],
  sample(rng, branch) {
    const size = rng.integer(2, 3);
    const count = rng.integer(3, 4);
    const ids = ["easy", "hard", "easy", "semihard"];
    const drawn = Array.from({ length: count }, (_, i) =>
      sampleOne(rng, branch === "mixed" ? ids[i]! : branch, squared, size),
    );
    // 每行的间隔本来不同；统一成一个，由 branchesOf 与 sharp 检查去掉落错分支的点。
    const margin = drawn[0]![3];
    return [drawn.map((t) => t[0]), drawn.map((t) => t[1]), drawn.map((t) => t[2]), margin];
  },
  branchesOf(A: Vector[], P: Vector[], N: Vector[], m: number) {
    const seen = new Set(A.map((a, i) => branchOf(squared, a, P[i]!, N[i]!, m)));
    if (seen.has("easy") && seen.size > 1) seen.add("mixed");
    return [...seen];
  },
  edges: [
    {
      title: "有的行合页内恰为 0",
      args: [
        [
          [0, 0],
          [1, 1],
          [0, 0],
        ],
        [
          [1, 0],
          [1, 3],
          [1, 1],
        ],
        [
          [2, 0],
          [3, 1],
          [1, 0],
        ],
        3,
      ],
    },
    {
      title: "有的行合页内恰为 0",
      args: [
        [
          [0, 1],
          [2, 2],
        ],
        [
          [0, 2],
          [2, 4],
        ],
        [
          [0, 3],
          [3, 2],
        ],
        3,
      ],
    },
    {
      title: "有的行两点重合",
      args: [
        [
          [1, 2],
          [0, 0],
        ],
        [
          [1, 2],
          [1, 0],
        ],
        [
          [1, 3],
          [0, 0],
        ],
        2,
      ],
    },
    { title: "只有一行", args: [[[0.5, 0]], [[1, 1]], [[0, 1]], 1] },
  ],
  hints: [
    "第 $i$ 行的三个梯度只与第 $i$ 个三元组有关；合页要逐行判断，不是对整批判断一次。",
    "损失是 $\\frac1N\\sum_i\\max(0,\\cdot)$，分母是总行数 $N$。非激活的行梯度为零，但仍计入 $N$。",
    "逐行调用前面写好的 `tripletSquaredGrad`，再把每个分量除以 `A.length`。",
  ],
  mutants: [
    { id: "no-mean", fn: rows(squaredGradient, () => 1) },
    { id: "mean-over-active", fn: rows(squaredGradient, (_, active) => 1 / Math.max(active, 1)) },
    { id: "mean-twice", fn: rows(squaredGradient, (count) => 1 / count ** 2) },
    { id: "mean-over-dimensions", fn: rows(squaredGradient, (count, _, size) => 1 / (count * size)) },
    {
      id: "batch-hinge",
      fn: (A: Vector[], P: Vector[], N: Vector[], m: number) =>
        rows(totalInner(A, P, N, m) > 0 ? squaredParts : (a) => none(a))(A, P, N, m),
    },
    ...gradientMutants(squared, squaredParts, (a, b) => scale(sub(a, b), 2), activeSquared).map(
      ({ id, fn }) => ({
        id,
        fn: rows(fn as typeof squaredGradient),
      }),
    ),
    { id: "missing-two", fn: rows(squaredGradient, (count) => 0.5 / count) },
    { id: "euclidean", fn: rows(when(activeSquared, normParts)) },
  ],
};

/** 张量版：一批三元组各自的梯度，不求平均。 */
const tensorQuestion: Question = {
  ...batchQuestion,
  id: "triplet.gpu",
  fn: "tripletTensorGrad",
  signature:
    "tripletTensorGrad(A: Tensor, P: Tensor, N: Tensor, margin: number): { a: Tensor; p: Tensor; n: Tensor }",
  title: "选做：用张量运算，能在 GPU 上跑",
  points: 0,
  tensors: true,
  reference: rows(squaredGradient, () => 1),
  truth: {
    kind: "gradient",
    wrt,
    forward: (A: Vector[], P: Vector[], N: Vector[], m: number) => meanHinge(A, P, N, m) * A.length,
  },
  // 坐标与间隔先舍入到 float32，两边看到的是同一组数。
  sample: (rng, branch) => single(batchQuestion.sample(rng, branch)) as Value[],
  hints: [
    "整批一起算：`A.sub(P)` 一次得到全部的差。逐行的平方距离是 `sum(square(A.sub(P)), 1)`，每行一个数。",
    "合页的导数是 0 或 1，每行一个；用 `where(inside.greater(0), 1, 0)` 得到，再用 `expandDims(…, 1)` 变成一列，乘到每一行的梯度上。",
    "`const on = expandDims(where(inside.greater(0), 2, 0), 1);`，三份梯度是 `N.sub(P).mul(on)`、`P.sub(A).mul(on)`、`A.sub(N).mul(on)`。",
  ],
  mutants: liftMutants(squaredQuestion.mutants, (f) => rows(f as typeof squaredGradient, () => 1)),
};

function single(value: Value): Value {
  if (typeof value === "number") return Math.fround(value);
  return Array.isArray(value) ? value.map(single) : value;
}

export const triplet = family({
  id: "triplet",
  title: "三元组损失",
  exercise: "3-architectures/02-losses",
  mistakes: tripletMistakes,
  oracles: tripletOracles,
  questions: [valueQuestion, squaredQuestion, euclideanQuestion, batchQuestion, mining, tensorQuestion],
});
