import type { Question } from "../problem.js";
import { covariance, drawScores, drawVector, pairwise, slope, uniform } from "./attention-scores.js";
import type { Matrix } from "./matrices.js";
import { normalise, weights } from "./softmax.js";
import type { Vector } from "./vectors.js";

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

export const batch: Question = {
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
