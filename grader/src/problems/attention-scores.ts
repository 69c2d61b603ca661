import type { Rng } from "../random.js";
import { weights } from "./softmax.js";
import { dot, type Vector } from "./vectors.js";

export const uniform = (x: Vector) => x.map(() => 1 / x.length);

/** 独立的第二种算法：a_j = 1/Σ_l exp((s_l−s_j)/τ)。溢出成 ∞ 时倒数恰好是 0。 */
export function pairwise(s: Vector, v: Vector, tau: number): number {
  return s.reduce((y, sj, j) => y + v[j]! / s.reduce((sum, sl) => sum + Math.exp((sl - sj) / tau), 0), 0);
}

/** 权重 a 之下的协方差，先减平均再相乘。 */
export function covariance(a: Vector, s: Vector, g: Vector): number {
  const [sMean, gMean] = [dot(a, s), dot(a, g)];
  return a.reduce((sum, p, j) => sum + p * (s[j]! - sMean) * (g[j]! - gMean), 0);
}

export const slope = (s: Vector, g: Vector, tau: number) => -covariance(weights(s, tau), s, g) / tau ** 2;

// 分支按分数与温度的相对大小分。
export const branches = [
  { id: "mild", title: "分数的差距与温度相当" },
  { id: "cold", title: "温度低，权重集中" },
  { id: "hot", title: "温度高，权重接近均匀" },
  { id: "large", title: "分数约为 +10000" },
  { id: "large-negative", title: "分数约为 −10000" },
];

/** 温度避开 1：τ=1 时漏除 τ 看不出来。 */
export function drawTau(rng: Rng, branch: string): number {
  if (branch === "cold") return rng.uniform(0.1, 0.3);
  if (branch === "hot") return rng.uniform(6, 15);
  if (branch !== "mild") return rng.uniform(1.3, 3);
  return rng.sign() > 0 ? rng.uniform(0.4, 0.8) : rng.uniform(1.3, 2.2);
}

/** 分数之间的最大差距在 1 到 3 之间，又没有两个几乎相等。 */
export function drawScores(rng: Rng, size: number, offset = 0): Vector {
  const step = rng.uniform(1, 2.5) / (size - 1);
  const s = Array.from({ length: size }, (_, j) => offset + step * (j + rng.uniform(-0.3, 0.3)));
  return s
    .map((x) => ({ x, order: rng.uniform(0, 1) }))
    .sort((a, b) => a.order - b.order)
    .map(({ x }) => x);
}

const offsetOf = (branch: string) => (branch === "large" ? 1e4 : branch === "large-negative" ? -1e4 : 0);

export const drawVector = (rng: Rng, size: number) => Array.from({ length: size }, () => rng.uniform(-3, 3));

export function branchOf(s: Vector, tau: number): string {
  if (s.some((x) => Math.abs(x / tau) > 800)) return s[0]! > 0 ? "large" : "large-negative";
  const ratio = (Math.max(...s) - Math.min(...s)) / tau;
  return ratio > 3.2 ? "cold" : ratio < 0.6 ? "hot" : "mild";
}

export function sampleScores(rng: Rng, branch: string): [Vector, Vector, number] {
  const size = rng.integer(3, 5);
  return [drawScores(rng, size, offsetOf(branch)), drawVector(rng, size), drawTau(rng, branch)];
}

// 前三个点在任何温度下都不变；其余的坐标是整数，温度是 2 的幂，任何写法都算得准。
export const scoreEdges = [
  { title: "分数全相等", args: [[2, 2, 2], [1, 4, -2], 0.5] },
  { title: "分数全相等，都是 −10000", args: [[-1e4, -1e4], [3, 5], 2] },
  { title: "只有一个键", args: [[3], [5], 2] },
  { title: "分数一正一负，相差 20000", args: [[1e4, -1e4], [3, 5], 2] },
  { title: "最高分并列，温度极低", args: [[2, 2, -1], [1, 3, 7], 2 ** -10] },
  { title: "分数 10000、9999、−10000", args: [[1e4, 9999, -1e4], [3, 1, 2], 2] },
];
