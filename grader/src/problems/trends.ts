import { trendsMistakes } from "../mistakes/trends.js";
import { trendsOracles } from "../oracles/trends.js";
import { family, type Question } from "../problem.js";
import type { Rng } from "../random.js";
import type { Matrix } from "./matrices.js";
import { bareWeights, weights } from "./softmax.js";
import { contrastAll, contrastQuery } from "./trends-contrast.js";
import { add, mean, scale, sub, type Vector, zeros } from "./vectors.js";

const centred = (x: Vector) => x.map((v) => v - mean(x));

/** ln softmax(s/T)，先减去最大值。 */
function logWeights(s: Vector, T: number): Vector {
  const top = s.reduce((m, x) => Math.max(m, x));
  const a = s.map((x) => (x - top) / T);
  const log = Math.log(a.reduce((sum, x) => sum + Math.exp(x), 0));
  return a.map((x) => x - log);
}

/** T²·KL(softmax(u/T) ‖ softmax(z/T))。 */
function distilled(z: Vector, u: Vector, T: number): number {
  const [p, t] = [logWeights(z, T), logWeights(u, T)];
  return T * T * t.reduce((sum, lt, j) => sum + Math.exp(lt) * (lt - p[j]!), 0);
}

type Gap = (z: Vector, u: Vector, T: number) => Vector;
const gap: Gap = (z, u, T) => sub(weights(z, T), weights(u, T));
const soft: Gap = (z, u, T) => scale(gap(z, u, T), T);

/** 温度避开 1：那里 T、T²、1/T 都一样。 */
function drawT(rng: Rng, branch: string): number {
  if (branch.startsWith("cool")) return rng.uniform(0.45, 0.7);
  if (branch.startsWith("hot")) return rng.uniform(5, 9);
  return rng.uniform(1.5, 3);
}
const heat = (T: number) => (T < 1 ? "cool" : T > 4 ? "hot" : "warm");
const drawScores = (rng: Rng, size: number, offset = 0) =>
  Array.from({ length: size }, () => offset + rng.uniform(-2, 2));

const distill: Question = {
  id: "trends.distill",
  fn: "distillGradient",
  signature: "distillGradient(z: number[], u: number[], T: number): number[]",
  title: "带温度的蒸馏损失的梯度",
  points: 1,
  params: ["z", "u", "T"],
  reference: soft,
  truth: { kind: "gradient", forward: distilled, wrt: 0 },
  branches: [
    { id: "cool", title: "温度低于 1" },
    { id: "warm", title: "温度在 1 与 4 之间" },
    { id: "hot", title: "温度高于 4" },
    { id: "large", title: "分数约为 +10000" },
  ],
  sample(rng, branch) {
    const size = rng.integer(3, 5);
    const offset = branch === "large" ? 1e4 : 0;
    return [drawScores(rng, size, offset), drawScores(rng, size, offset), drawT(rng, branch)];
  },
  branchesOf: (z: Vector, _u: Vector, T: number) => [z[0]! > 5000 ? "large" : heat(T)],
  edges: [
    { title: "分数全相等", args: [[0, 0, 0], [2, 2, 2], 2] },
    { title: "学生与教师差一个常数", args: [[1, 2, 4], [4, 5, 7], 2] },
    { title: "两类，恰好相反", args: [[2, 0], [0, 2], 2] },
    { title: "温度为 1", args: [[1, 0, -1], [0, 2, 1], 1] },
    { title: "分数 10000 与 9999", args: [[1e4, 9999, 9998], [9999, 1e4, 9998], 0.5] },
  ],
  hints: [
    "先把两边的分数都除以 $T$ 再做 softmax，得到 $p$ 与 $t$。交叉熵对 softmax 之前的数的梯度是“概率减目标”。分数可能有一万，直接取指数会得到无穷，先减去最大的一个。",
    "令 $a=z/T$。$\\partial\\mathrm{KL}/\\partial a_j=p_j-t_j$，再乘 $\\partial a_j/\\partial z_j=1/T$，最后乘损失前面的 $T^2$：$\\partial L/\\partial z_j=T\\,(p_j-t_j)$。",
    "先写 `const soften = (v: number[]) => …`，返回 `v` 除以 `T` 后的 softmax（先减最大值）；再返回 `soften(z).map((p, j) => T * (p - soften(u)[j]))`。",
  ],
  mutants: [
    { id: "no-square", fn: (z, u, T) => scale(gap(z, u, T), 1 / T) },
    { id: "half-square", fn: gap },
    { id: "no-chain", fn: (z, u, T) => scale(gap(z, u, T), T * T) },
    { id: "sign", fn: (z, u, T) => scale(gap(z, u, T), -T) },
    { id: "no-temperature", fn: (z, u) => gap(z, u, 1) },
    { id: "student-sharp", fn: (z, u, T) => scale(sub(weights(z, 1), weights(u, T)), T) },
    { id: "teacher-sharp", fn: (z, u, T) => scale(sub(weights(z, T), weights(u, 1)), T) },
    { id: "times-temperature", fn: (z, u, T) => scale(gap(z, u, 1 / T), T) },
    { id: "target-only", fn: (_z, u, T) => scale(weights(u, T), -T) },
    { id: "probability-only", fn: (z, _u, T) => scale(weights(z, T), T) },
    { id: "logits", fn: (z, u) => scale(sub(centred(z), centred(u)), 1 / z.length) },
    {
      id: "jacobian-again",
      fn: (z, u, T) => {
        const [p, g] = [weights(z, T), soft(z, u, T)];
        const inner = p.reduce((sum, v, j) => sum + v * g[j]!, 0);
        return p.map((v, j) => v * (g[j]! - inner));
      },
    },
    {
      id: "reversed",
      fn: (z, u, T) => {
        const [lp, lt] = [logWeights(z, T), logWeights(u, T)];
        const kl = lp.reduce((sum, l, j) => sum + Math.exp(l) * (l - lt[j]!), 0);
        return lp.map((l, j) => T * Math.exp(l) * (l - lt[j]! - kl));
      },
    },
    { id: "overflow", fn: (z, u, T) => scale(sub(bareWeights(z, T), bareWeights(u, T)), T) },
  ],
};

const oneHot = (size: number, at: number): Vector => Array.from({ length: size }, (_, j) => +(j === at));
const hard = (z: Vector, y: number, T = 1): Vector => sub(weights(z, T), oneHot(z.length, y));

/** 逐个样本由软、硬两份梯度合成，再乘 `factor(N, K)`。 */
type Row = (z: Vector, u: Vector, y: number, T: number, alpha: number) => Vector;
const overBatch =
  (row: Row, factor = (N: number, _K: number) => 1 / N) =>
  (Z: Matrix, U: Matrix, y: Vector, T: number, alpha: number): Matrix =>
    Z.map((z, i) => scale(row(z, U[i]!, y[i]!, T, alpha), factor(Z.length, z.length)));
const blend = (first: Vector, second: Vector, alpha: number) =>
  add(scale(first, alpha), scale(second, 1 - alpha));
const mixed: Row = (z, u, y, T, alpha) => blend(soft(z, u, T), hard(z, y), alpha);

const batch: Question = {
  id: "trends.batch",
  fn: "distillBatch",
  signature: "distillBatch(Z: number[][], U: number[][], y: number[], T: number, alpha: number): number[][]",
  title: "一批样本，软硬目标混合",
  points: 2,
  params: ["Z", "U", "y", "T", "alpha"],
  reference: overBatch(mixed),
  truth: {
    kind: "gradient",
    forward: (Z: Matrix, U: Matrix, y: Vector, T: number, alpha: number) =>
      mean(Z.map((z, i) => alpha * distilled(z, U[i]!, T) - (1 - alpha) * logWeights(z, 1)[y[i]!]!)),
    wrt: 0,
  },
  branches: ["cool", "hot"].flatMap((heatId) =>
    ["soft", "hard"].map((id) => ({
      id: `${heatId}-${id}`,
      title: `${heatId === "cool" ? "温度低于 1" : "温度高于 4"}，${id === "soft" ? "软目标" : "硬标签"}占得多`,
    })),
  ),
  sample(rng, branch) {
    const [N, K] = [rng.integer(2, 3), rng.integer(4, 5)];
    const scores = () => Array.from({ length: N }, () => drawScores(rng, K));
    const labels = Array.from({ length: N }, () => rng.integer(0, K - 1));
    const alpha = branch.endsWith("soft") ? rng.uniform(0.6, 0.85) : rng.uniform(0.15, 0.4);
    return [scores(), scores(), labels, drawT(rng, branch), alpha];
  },
  branchesOf: (_Z: Matrix, _U: Matrix, _y: Vector, T: number, alpha: number) => [
    `${heat(T)}-${alpha > 0.5 ? "soft" : "hard"}`,
  ],
  edges: [
    { title: "只有软目标", args: [[[2, 0, 1]], [[0, 2, 1]], [1], 2, 1] },
    { title: "只有硬标签", args: [[[2, 0, 1]], [[0, 2, 1]], [1], 2, 0] },
    {
      title: "分数全为 0，两个样本",
      args: [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [1, 1],
          [3, 3],
        ],
        [0, 1],
        2,
        0.5,
      ],
    },
    {
      title: "分数 10000 与 9999",
      args: [
        [
          [1e4, 9999],
          [9999, 1e4],
        ],
        [
          [9999, 1e4],
          [9999, 1e4],
        ],
        [0, 0],
        2,
        0.5,
      ],
    },
  ],
  hints: [
    "先写出一个样本的梯度，再对每个样本各做一次，除以样本数。两项损失相加，梯度也相加；两项用的 softmax 温度不同。",
    "一个样本：$\\alpha\\,T\\,(p_j-t_j)+(1-\\alpha)\\,(\\operatorname{softmax}(z)_j-[j=y])$。后一项的温度是 1。整批再除以 $N$。",
    "对每个 $i$：`const soft = distillGradient(Z[i], U[i], T);`，`hard[j]` 是 `softmax(Z[i])[j] - (j === y[i] ? 1 : 0)`，返回 `(alpha * soft[j] + (1 - alpha) * hard[j]) / N`。",
  ],
  mutants: [
    { id: "no-mean", fn: overBatch(mixed, () => 1) },
    { id: "mean-classes", fn: overBatch(mixed, (_N, K) => 1 / K) },
    { id: "mean-everything", fn: overBatch(mixed, (N, K) => 1 / (N * K)) },
    { id: "alpha-swapped", fn: overBatch((z, u, y, T, a) => mixed(z, u, y, T, 1 - a)) },
    { id: "unweighted", fn: overBatch((z, u, y, T) => add(soft(z, u, T), hard(z, y))) },
    { id: "soft-only", fn: overBatch((z, u, _y, T, a) => scale(soft(z, u, T), a)) },
    { id: "hard-only", fn: overBatch((z, _u, y, _T, a) => scale(hard(z, y), 1 - a)) },
    { id: "hard-softened", fn: overBatch((z, u, y, T, a) => blend(soft(z, u, T), hard(z, y, T), a)) },
    {
      id: "hard-scaled",
      fn: overBatch((z, u, y, T, a) => blend(soft(z, u, T), scale(hard(z, y), T * T), a)),
    },
    { id: "no-square", fn: overBatch((z, u, y, T, a) => blend(scale(gap(z, u, T), 1 / T), hard(z, y), a)) },
    { id: "half-square", fn: overBatch((z, u, y, T, a) => blend(gap(z, u, T), hard(z, y), a)) },
    { id: "no-label", fn: overBatch((z, u, _y, T, a) => blend(soft(z, u, T), weights(z, 1), a)) },
    {
      id: "label-sign",
      fn: overBatch((z, u, y, T, a) => blend(soft(z, u, T), scale(hard(z, y), -1), a)),
    },
    {
      id: "first-teacher",
      fn: (Z, U, y, T, a) => overBatch((z, _u, label) => mixed(z, U[0], label, T, a))(Z, U, y, T, a),
    },
    { id: "sign", fn: overBatch((z, u, y, T, a) => sub(zeros(z), mixed(z, u, y, T, a))) },
  ],
};

export const trends = family({
  id: "trends",
  title: "趋势里的梯度",
  exercise: "1-foundations/08-trends",
  mistakes: trendsMistakes,
  oracles: trendsOracles,
  questions: [distill, batch, contrastQuery, contrastAll],
});
