import type { Rng } from "../random.js";
import { mean } from "./vectors.js";

/** Huber 损失：|e|≤δ 时 e²/2，否则 δ(|e|−δ/2)。误差 e = 预测 − 目标。 */
export function loss(e: number, delta: number): number {
  return Math.abs(e) <= delta ? (e * e) / 2 : delta * (Math.abs(e) - delta / 2);
}

/** dL/de = clip(e, −δ, δ)。 */
export function slope(e: number, delta: number): number {
  return Math.max(-delta, Math.min(delta, e));
}

export const mask = (e: number, delta: number, quad: number, tail: number) =>
  Math.abs(e) <= delta ? quad : tail;

// 分支：二次段与线性段，各有正负两侧；再加误差极小的一支，专门防“小梯度的符号无所谓”。
export const branches = [
  { id: "quad-pos", title: "二次段，误差为正" },
  { id: "quad-neg", title: "二次段，误差为负" },
  { id: "tail-pos", title: "线性段，误差为正" },
  { id: "tail-neg", title: "线性段，误差为负" },
];
export const tiny = { id: "tiny", title: "误差极小" };

/** δ 避开 1：δ=1 时漏乘 δ 看不出来。 */
export function drawDelta(rng: Rng): number {
  return rng.sign() > 0 ? rng.uniform(0.25, 0.8) : rng.uniform(1.3, 3.5);
}

export function drawError(rng: Rng, branch: string, delta: number): number {
  switch (branch) {
    case "quad-pos":
      return delta * rng.uniform(0.1, 0.95);
    case "quad-neg":
      return -delta * rng.uniform(0.1, 0.95);
    case "tail-pos":
      return delta * rng.uniform(1.1, 4);
    case "tail-neg":
      return -delta * rng.uniform(1.1, 4);
    default:
      return rng.sign() * delta * 10 ** rng.uniform(-9, -3);
  }
}

export function branchOf(e: number, delta: number): string {
  if (Math.abs(e) < 2e-3 * delta) return "tiny";
  return `${Math.abs(e) <= delta ? "quad" : "tail"}-${e > 0 ? "pos" : "neg"}`;
}

export function sampleOne(rng: Rng, branch: string): [number, number] {
  const delta = drawDelta(rng);
  return [drawError(rng, branch, delta), delta];
}

// 批量：每个元素各落在一支。单支与混合都要抽到。
export const mixed = { id: "mixed", title: "两段混合的一批" };

export function sampleErrors(rng: Rng, branch: string, delta: number): number[] {
  const count = rng.integer(3, 6);
  const ids = branches.map(({ id }) => id);
  return Array.from({ length: count }, (_, i) =>
    drawError(rng, branch === "mixed" ? ids[(i + rng.integer(0, 1) * 2) % 4]! : branch, delta),
  );
}

export function batchBranches(errors: number[], delta: number): string[] {
  const seen = new Set(errors.map((e) => branchOf(e, delta)));
  if (errors.some((e) => Math.abs(e) <= delta) && errors.some((e) => Math.abs(e) > delta)) seen.add("mixed");
  return [...seen];
}

export const differences = (pred: number[], target: number[]) => pred.map((y, i) => y - target[i]!);
export const over =
  (f: (e: number, d: number, n: number) => number) => (pred: number[], target: number[], d: number) =>
    differences(pred, target).map((e) => f(e, d, pred.length));

export const each = (f: (e: number, d: number) => number) => (errors: number[], d: number) =>
  mean(errors.map((e) => f(e, d)));
