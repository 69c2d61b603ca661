import { grad, sqrt, type Tensor } from "@tidu/kernel-lib";
import type { Question } from "../problem.js";
import type { Rng } from "../random.js";

/** 伪 Huber：δ²(√(1+(e/δ)²) − 1)，处处光滑；导数 e/√(1+(e/δ)²)。 */
const slope = (e: number, d: number) => e / Math.hypot(1, e / d);

const branches = [
  { id: "near-pos", title: "误差小，为正" },
  { id: "near-neg", title: "误差小，为负" },
  { id: "far-pos", title: "误差大，为正" },
  { id: "far-neg", title: "误差大，为负" },
  { id: "tiny", title: "误差极小" },
];

function draw(rng: Rng, branch: string, d: number): number {
  if (branch === "tiny") return rng.sign() * d * 10 ** rng.uniform(-9, -3);
  const size = branch.startsWith("near") ? rng.uniform(0.1, 0.9) : rng.uniform(1.2, 6);
  return (branch.endsWith("pos") ? 1 : -1) * size * d;
}

function branchOf(e: number, d: number): string {
  if (Math.abs(e) < 2e-3 * d) return "tiny";
  return `${Math.abs(e) < d ? "near" : "far"}-${e > 0 ? "pos" : "neg"}`;
}

/** δ 是题目里的常数，因人而异；学习者的函数只收误差。 */
function make({ delta: d }: Record<string, number>): Question {
  const delta = d!;
  const at = (f: (e: number, d: number) => number) => (e: number) => f(e, delta);
  return {
    id: "huber.pseudo",
    fn: "pseudoHuberGrad",
    signature: "pseudoHuberGrad(e: number): number",
    title: "对照：伪 Huber 损失的梯度",
    points: 1,
    params: ["e"],
    reference: at(slope),
    truth: {
      kind: "gradient",
      wrt: 0,
      // e²/(√(1+(e/δ)²)+1) 与定义相等，e 很小时不会相减抵消。
      forward: at((e, dd) => (e * e) / (Math.sqrt(1 + (e / dd) ** 2) + 1)),
    },
    library: at((e, dd) => grad((x: Tensor) => sqrt(x.div(dd).square().add(1)).mul(dd * dd))(e).item()),
    branches,
    sample: (rng, branch) => [draw(rng, branch, delta)],
    branchesOf: (e: number) => [branchOf(e, delta)],
    edges: [
      { title: "误差恰为 0", args: [0] },
      { title: "误差恰为 δ", args: [delta] },
      { title: "误差恰为 −δ", args: [-delta] },
      { title: "误差很大", args: [-1000 * delta] },
    ],
    hints: [
      "把它看成复合函数：外层是 $\\delta^2(\\sqrt u-1)$，内层是 $u=1+(e/\\delta)^2$。",
      "$\\frac{\\mathrm dL}{\\mathrm de}=\\delta^2\\cdot\\frac1{2\\sqrt u}\\cdot\\frac{2e}{\\delta^2}$，两个 $\\delta^2$ 约掉，2 也约掉。",
      "`e / Math.sqrt(1 + (e / pseudoDelta) ** 2)`。误差很大时它逐渐靠近 $\\pm\\delta$，却永远到不了。",
    ],
    mutants: [
      { id: "sign", fn: at((e, dd) => -slope(e, dd)) },
      { id: "huber", fn: at((e, dd) => Math.max(-dd, Math.min(dd, e))) },
      { id: "identity", fn: (e: number) => e },
      { id: "no-delta", fn: (e: number) => slope(e, 1) },
      { id: "inverted-delta", fn: at((e, dd) => slope(e, 1 / dd)) },
      { id: "no-square", fn: at((e, dd) => e / Math.sqrt(1 + Math.abs(e) / dd)) },
      { id: "delta-not-squared", fn: at((e, dd) => e / Math.sqrt(1 + (e * e) / dd)) },
      { id: "normalised", fn: at((e, dd) => slope(e, dd) / dd) },
      { id: "times-delta", fn: at((e, dd) => slope(e, dd) * dd) },
      { id: "no-root", fn: at((e, dd) => e / (1 + (e / dd) ** 2)) },
      { id: "second", fn: at((e, dd) => (1 + (e / dd) ** 2) ** -1.5) },
      { id: "half", fn: at((e, dd) => slope(e, dd) / 2) },
      { id: "doubled", fn: at((e, dd) => slope(e, dd) * 2) },
      { id: "value", fn: at((e, dd) => dd * dd * (Math.sqrt(1 + (e / dd) ** 2) - 1)) },
      { id: "tanh", fn: at((e, dd) => dd * Math.tanh(e / dd)) },
    ],
  };
}

// 避开 1：δ=1 时漏掉 δ 看不出来。
const constants = { delta: [1.5, 0.5, 0.75, 1.25, 2, 2.5, 3] };

export const pseudo: Question = { ...make({ delta: constants.delta[0]! }), variants: { constants, make } };
