import type { Question } from "../problem.js";
import {
  branches,
  branchOf,
  covariance,
  pairwise,
  sampleScores,
  scoreEdges,
  slope,
  uniform,
} from "./attention-scores.js";
import { bareWeights, normalise, weights } from "./softmax.js";
import { dot, mean, type Vector } from "./vectors.js";

const withWeights = (a: (s: Vector, tau: number) => Vector) => (s: Vector, v: Vector, tau: number) =>
  dot(a(s, tau), v);

export const output: Question = {
  id: "attention.output",
  fn: "attentionOutput",
  signature: "attentionOutput(s: number[], v: number[], tau: number): number",
  title: "大分数也不溢出的注意力",
  points: 1,
  params: ["s", "v", "tau"],
  reference: withWeights(weights),
  truth: { kind: "value", second: pairwise },
  branches,
  sample: sampleScores,
  branchesOf: (s: Vector, _v: Vector, tau: number) => [branchOf(s, tau)],
  edges: scoreEdges,
  hints: [
    "先把分数除以温度，再做 softmax，最后按权重把值加起来。分数可能是 ±10000，直接取指数会得到无穷或零。",
    "softmax 的分子分母同乘 $e^{-m}$ 不变。取 $m$ 为最大的分数：$a_j=e^{(s_j-m)/\\tau}\\big/\\sum_le^{(s_l-m)/\\tau}$，最大的指数是 $e^0=1$。",
    "`const top = Math.max(...s)`，`const e = s.map((x) => Math.exp((x - top) / tau))`，再用 `e` 之和去除 $\\sum_je_jv_j$。",
  ],
  mutants: [
    { id: "overflow", fn: withWeights(bareWeights) },
    {
      id: "clamped",
      fn: withWeights((s, t) =>
        normalise(
          s.map((x) => Math.max(-700, Math.min(700, x / t))),
          0,
        ),
      ),
    },
    { id: "no-temperature", fn: withWeights((s) => weights(s, 1)) },
    { id: "times-tau", fn: withWeights((s, t) => weights(s, 1 / t)) },
    { id: "sqrt-tau", fn: withWeights((s, t) => weights(s, Math.sqrt(t))) },
    { id: "tau-squared", fn: withWeights((s, t) => weights(s, t * t)) },
    { id: "tau-outside", fn: withWeights((s, t) => weights(s, 1).map((a) => a / t)) },
    {
      id: "sign",
      fn: withWeights((s, t) =>
        weights(
          s.map((x) => -x),
          t,
        ),
      ),
    },
    { id: "hard", fn: (s: Vector, v: Vector) => v[s.indexOf(Math.max(...s))]! },
    { id: "uniform", fn: (_: Vector, v: Vector) => mean(v) },
    {
      id: "unnormalised",
      fn: withWeights((s, t) => s.map((x) => Math.exp((x - Math.max(...s)) / t))),
    },
    { id: "base-two", fn: withWeights((s, t) => weights(s, t / Math.LN2)) },
    { id: "averaged", fn: (s: Vector, v: Vector, t: number) => dot(weights(s, t), v) / s.length },
    { id: "swapped", fn: (s: Vector, v: Vector, t: number) => dot(weights(v, t), s) },
  ],
};

export const tauGrad: Question = {
  id: "attention.tau",
  fn: "attentionTauGrad",
  signature: "attentionTauGrad(s: number[], g: number[], tau: number): number",
  title: "单个查询对温度的梯度",
  points: 2,
  params: ["s", "g", "tau"],
  reference: slope,
  truth: { kind: "gradient", forward: pairwise, wrt: 2 },
  branches: [
    ...branches,
    { id: "raise", title: "协方差为正，温度应升" },
    { id: "lower", title: "协方差为负，温度应降" },
  ],
  sample(rng, branch) {
    if (branch !== "raise" && branch !== "lower") return sampleScores(rng, branch);
    const [s, g, tau] = sampleScores(rng, "mild");
    const positive = covariance(weights(s, tau), s, g) > 0;
    return [s, positive === (branch === "raise") ? g : g.map((x) => -x), tau];
  },
  branchesOf: (s: Vector, g: Vector, tau: number) => [
    branchOf(s, tau),
    covariance(weights(s, tau), s, g) > 0 ? "raise" : "lower",
  ],
  edges: scoreEdges,
  hints: [
    "链式法则三段：$L=\\sum_ja_jg_j$，$a=\\operatorname{softmax}(z)$，$z=s/\\tau$。$\\tau$ 影响全部的 $z_j$，各路径要相加。",
    "$\\partial L/\\partial z_j=a_j(g_j-\\bar g)$，$\\partial z_j/\\partial\\tau=-s_j/\\tau^2$，合起来是 $-\\operatorname{Cov}_a(s,g)/\\tau^2$，平均与协方差都按权重 $a$ 算。",
    "先求稳定的权重 `a`，再求 $\\bar s=\\sum a_js_j$、$\\bar g=\\sum a_jg_j$，返回 $-\\sum_ja_j(s_j-\\bar s)(g_j-\\bar g)/\\tau^2$。先减平均再相乘，分数很大时才算得准。",
  ],
  mutants: [
    { id: "sign", fn: (s, g, t) => -slope(s, g, t) },
    { id: "no-square", fn: (s, g, t) => slope(s, g, t) * t },
    { id: "no-temperature", fn: (s, g, t) => slope(s, g, t) * t * t },
    { id: "beta", fn: (s, g, t) => -slope(s, g, t) * t * t },
    { id: "scaled-scores", fn: (s, g, t) => slope(s, g, t) / t },
    { id: "uniform-covariance", fn: (s: Vector, g: Vector, t) => -covariance(uniform(s), s, g) / t ** 2 },
    {
      id: "uncentred",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        return -a.reduce((sum, p, j) => sum + p * s[j]! * g[j]!, 0) / t ** 2;
      },
    },
    {
      id: "diagonal-only",
      fn: (s: Vector, g: Vector, t: number) =>
        -weights(s, t).reduce((sum, p, j) => sum + p * (1 - p) * s[j]! * g[j]!, 0) / t ** 2,
    },
    {
      id: "plain-means",
      fn: (s: Vector, g: Vector, t: number) =>
        -weights(s, t).reduce((sum, p, j) => sum + p * (s[j]! - mean(s)) * (g[j]! - mean(g)), 0) / t ** 2,
    },
    {
      id: "correlation",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        const spread = Math.sqrt(covariance(a, s, s) * covariance(a, g, g));
        return spread === 0 ? 0 : -covariance(a, s, g) / spread / t ** 2;
      },
    },
    {
      id: "weights-at-one",
      fn: (s: Vector, g: Vector, t: number) => -covariance(weights(s, 1), s, g) / t ** 2,
    },
    { id: "averaged", fn: (s: Vector, g: Vector, t: number) => slope(s, g, t) / s.length },
    {
      id: "unweighted",
      fn: (s: Vector, g: Vector, t: number) => {
        const a = weights(s, t);
        const [sMean, gMean] = [dot(a, s), dot(a, g)];
        return -s.reduce((sum, x, j) => sum + (x - sMean) * (g[j]! - gMean), 0) / t ** 2;
      },
    },
    {
      id: "overflow",
      fn: (s: Vector, g: Vector, t: number) => -covariance(bareWeights(s, t), s, g) / t ** 2,
    },
    { id: "value", fn: pairwise },
  ],
};
