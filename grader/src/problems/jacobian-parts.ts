import type { Rng } from "../random.js";
import { apply, type Matrix, times } from "./matrices.js";
import { total, type Vector } from "./vectors.js";

/** 第 i 行乘 x[i]。 */
export const rows = (A: Matrix, x: Vector): Matrix => A.map((row, i) => row.map((v) => v * x[i]!));
export const each = (A: Matrix, f: (v: number) => number): Matrix => A.map((row) => row.map(f));
export const squares = (A: Matrix) => total(A.flat().map((v) => v * v));

export const draw = (rng: Rng, count: number, low: number, high: number): Vector =>
  Array.from({ length: count }, () => rng.sign() * rng.uniform(low, high));
export const drawMatrix = (rng: Rng, height: number, width: number): Matrix =>
  Array.from({ length: height }, () => draw(rng, width, 0.3, 1.5));

export type Mlp = { W: Matrix; b: Vector; V: Matrix };
export const affine = (W: Matrix, b: Vector, x: Vector): Vector => apply(W, x).map((v, k) => v + b[k]!);

export const mlpBranches = [
  { id: "small", title: "隐藏单元都在近线性区" },
  { id: "bent", title: "隐藏单元在弯曲区" },
  { id: "saturated", title: "有隐藏单元接近饱和" },
];
export const ranges: Record<string, [number, number]> = {
  small: [0.05, 0.3],
  bent: [0.5, 1.2],
  saturated: [1.8, 2.6],
};

/** 先定 z 再反推 b：每个分支都稳稳落在中间。 */
export function sampleMlp(rng: Rng, branch: string): [Matrix, Vector, Matrix, Vector] {
  const [inputs, hidden, outputs] = [rng.integer(2, 3), rng.integer(2, 3), rng.integer(2, 3)];
  const W = drawMatrix(rng, hidden, inputs);
  const x = draw(rng, inputs, 0.3, 1.5);
  const z = draw(rng, hidden, ...ranges[branch]!);
  if (branch === "saturated") z[0] = rng.sign() * rng.uniform(0.5, 1.2);
  const pre = apply(W, x);
  return [W, z.map((v, k) => v - pre[k]!), drawMatrix(rng, outputs, hidden), x];
}

export function mlpBranch(W: Matrix, b: Vector, _V: Matrix, x: Vector): string[] {
  const largest = Math.max(...affine(W, b, x).map(Math.abs));
  return [largest < 0.4 ? "small" : largest < 1.5 ? "bent" : "saturated"];
}

export const scaled = (g: Mlp, k: number): Mlp => ({
  W: times(g.W, k),
  b: g.b.map((v) => v * k),
  V: times(g.V, k),
});
