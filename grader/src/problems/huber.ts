import { huberMistakes } from "../mistakes/huber.js";
import { huberOracles } from "../oracles/huber.js";
import { family, type Question } from "../problem.js";
import { curveQuestion, tensorQuestion } from "./huber-large.js";
import {
  batchBranches,
  branches,
  branchOf,
  differences,
  drawDelta,
  each,
  loss,
  mask,
  mixed,
  over,
  sampleErrors,
  sampleOne,
  slope,
  tiny,
} from "./huber-parts.js";
import { pseudo } from "./huber-pseudo.js";
import { weighted } from "./huber-weights.js";
import { mean } from "./vectors.js";

const ulpAbove = 1 + 2 ** -40;
const ulpBelow = 1 - 2 ** -40;
const scalarEdges = [
  { title: "误差恰为 0", args: [0, 1.5] },
  { title: "误差恰为 δ", args: [0.5, 0.5] },
  { title: "误差恰为 δ", args: [2, 2] },
  { title: "误差恰为 −δ", args: [-0.5, 0.5] },
  { title: "误差恰为 −δ", args: [-2, 2] },
  { title: "误差略大于 δ", args: [1.5 * ulpAbove, 1.5] },
  { title: "误差略小于 −δ", args: [-1.5 * ulpAbove, 1.5] },
  { title: "误差略大于 −δ", args: [-0.75 * ulpBelow, 0.75] },
];

const value: Question = {
  id: "huber.value",
  fn: "huberValue",
  signature: "huberValue(e: number, delta: number): number",
  title: "Huber 损失的值",
  points: 1,
  params: ["e", "delta"],
  reference: loss,
  // 独立的公式：令 c = clip(e)，则 L = c·(e − c/2)。
  truth: { kind: "value", second: (e: number, d: number) => slope(e, d) * (e - slope(e, d) / 2) },
  branches: [...branches, tiny],
  sample: sampleOne,
  branchesOf: (e: number, delta: number) => [branchOf(e, delta)],
  edges: scalarEdges,
  hints: [
    "先判断误差落在哪一段：看 $|e|$ 是否不超过 $\\delta$。注意要取绝对值，负的大误差也在线性段。",
    "二次段是 $e^2/2$，线性段是 $\\delta(|e|-\\delta/2)$。代入 $|e|=\\delta$ 检查两段是否接得上：都应是 $\\delta^2/2$。",
    "写成一个条件表达式：`Math.abs(e) <= delta ? … : …`，前一半填 `e * e / 2`，后一半照线性段的公式写。",
  ],
  mutants: [
    { id: "no-half", fn: (e, d) => mask(e, d, e * e, d * (Math.abs(e) - d / 2)) },
    { id: "tail-no-offset", fn: (e, d) => mask(e, d, (e * e) / 2, d * Math.abs(e)) },
    { id: "tail-sign", fn: (e, d) => mask(e, d, (e * e) / 2, -d * (Math.abs(e) - d / 2)) },
    { id: "tail-no-delta", fn: (e, d) => mask(e, d, (e * e) / 2, Math.abs(e) - d / 2) },
    { id: "tail-offset-delta", fn: (e, d) => mask(e, d, (e * e) / 2, d * (Math.abs(e) - d)) },
    { id: "tail-signed", fn: (e, d) => mask(e, d, (e * e) / 2, d * (e - d / 2)) },
    { id: "no-clip", fn: (e) => (e * e) / 2 },
    { id: "no-abs", fn: (e, d) => (e <= d ? (e * e) / 2 : d * (e - d / 2)) },
    { id: "swapped-branches", fn: (e, d) => mask(e, d, d * (Math.abs(e) - d / 2), (e * e) / 2) },
    { id: "pseudo-huber", fn: (e, d) => d * d * (Math.sqrt(1 + (e / d) ** 2) - 1) },
    { id: "divided-by-delta", fn: (e, d) => loss(e, d) / d },
    { id: "gradient", fn: slope },
    {
      id: "boundary-zero",
      fn: (e, d) => (Math.abs(e) === d ? 0 : loss(e, d)),
    },
  ],
};

const gradient: Question = {
  id: "huber.grad",
  fn: "huberGrad",
  signature: "huberGrad(e: number, delta: number): number",
  title: "Huber 损失的梯度",
  points: 1,
  params: ["e", "delta"],
  reference: slope,
  truth: { kind: "gradient", forward: loss, wrt: 0 },
  branches: [...branches, tiny],
  sample: sampleOne,
  branchesOf: (e: number, delta: number) => [branchOf(e, delta)],
  edges: scalarEdges,
  hints: [
    "分段求导：$e^2/2$ 的导数是什么？$\\delta(|e|-\\delta/2)$ 里只有 $|e|$ 与 $e$ 有关，它的导数又是什么？",
    "二次段的导数是 $e$，线性段的导数是 $\\delta\\,\\mathrm{sign}(e)$。在 $|e|=\\delta$ 处两段的导数相等，所以用 `<` 还是 `<=` 都对。",
    "两段合起来就是把 $e$ 截断到 $[-\\delta,\\delta]$：`Math.max(-delta, Math.min(delta, e))`。",
  ],
  mutants: [
    { id: "sign", fn: (e, d) => -slope(e, d) },
    { id: "tail-sign", fn: (e, d) => mask(e, d, e, -d * Math.sign(e)) },
    { id: "factor-two", fn: (e, d) => mask(e, d, 2 * e, d * Math.sign(e)) },
    { id: "no-clip", fn: (e) => e },
    { id: "tail-no-delta", fn: (e, d) => mask(e, d, e, Math.sign(e)) },
    { id: "tail-no-sign", fn: (e, d) => mask(e, d, e, d) },
    { id: "tail-zero", fn: (e, d) => mask(e, d, e, 0) },
    { id: "tail-times-error", fn: (e, d) => mask(e, d, e, d * e) },
    { id: "no-abs", fn: (e, d) => Math.min(e, d) },
    { id: "swapped-branches", fn: (e, d) => mask(e, d, d * Math.sign(e), e) },
    { id: "normalised", fn: (e, d) => slope(e, d) / d },
    { id: "pseudo-huber", fn: (e, d) => e / Math.sqrt(1 + (e / d) ** 2) },
    { id: "value", fn: loss },
    { id: "boundary-zero", fn: (e, d) => (Math.abs(e) === d ? 0 : slope(e, d)) },
  ],
};

const batch: Question = {
  id: "huber.batch",
  fn: "huberBatchGrad",
  signature: "huberBatchGrad(pred: number[], target: number[], delta: number): number[]",
  title: "批量平均的梯度",
  points: 1,
  params: ["pred", "target", "delta"],
  reference: over((e, d, n) => slope(e, d) / n),
  truth: {
    kind: "gradient",
    forward: (pred: number[], target: number[], d: number) =>
      mean(differences(pred, target).map((e) => loss(e, d))),
    wrt: 0,
  },
  branches: [...branches, tiny, mixed],
  sample(rng, branch) {
    const delta = drawDelta(rng);
    // 目标取二进制短小数，预测减目标才能还原出想要的误差。
    const target = Array.from(sampleErrors(rng, "mixed", 4), (x) => Math.round(x * 4) / 4);
    const errors = sampleErrors(rng, branch, delta);
    const aligned = errors.map((_, i) => (branch === "tiny" ? 0 : target[i % target.length]!));
    return [aligned.map((t, i) => t + errors[i]!), aligned, delta];
  },
  branchesOf: (pred: number[], target: number[], delta: number) =>
    batchBranches(differences(pred, target), delta),
  edges: [
    { title: "误差恰在 ±δ 与 0", args: [[1.5, -0.5, 1, 3], [1, 0, 1, 1], 0.5] },
    { title: "误差恰在 ±δ", args: [[2, -2, 4], [0, 0, 2], 2] },
    { title: "只有一个样本", args: [[0.75], [0.5], 1.5] },
  ],
  hints: [
    "第 $i$ 个预测只影响第 $i$ 个样本的损失，所以梯度的第 $i$ 个分量只与 $e_i$ 有关。",
    "批量损失是平均 $\\frac1N\\sum_i L(e_i)$，对 $\\hat y_i$ 求导时 $\\frac1N$ 一直跟着：$\\frac{1}{N}L'(e_i)$。",
    "`pred.map((y, i) => huberGrad(y - target[i], delta) / pred.length)`：截断在前，除以 $N$ 在后。",
  ],
  mutants: [
    { id: "no-mean", fn: over((e, d) => slope(e, d)) },
    { id: "sign", fn: over((e, d, n) => -slope(e, d) / n) },
    { id: "tail-sign", fn: over((e, d, n) => mask(e, d, e, -d * Math.sign(e)) / n) },
    { id: "factor-two", fn: over((e, d, n) => mask(e, d, 2 * e, d * Math.sign(e)) / n) },
    { id: "no-clip", fn: over((e, _, n) => e / n) },
    { id: "tail-no-delta", fn: over((e, d, n) => mask(e, d, e, Math.sign(e)) / n) },
    { id: "tail-no-sign", fn: over((e, d, n) => mask(e, d, e, d) / n) },
    { id: "tail-zero", fn: over((e, d, n) => mask(e, d, e, 0) / n) },
    { id: "mean-twice", fn: over((e, d, n) => slope(e, d) / n / n) },
    { id: "clip-after-mean", fn: over((e, d, n) => slope(e / n, d)) },
    {
      id: "averaged",
      fn: (pred: number[], target: number[], d: number) => {
        const average = mean(differences(pred, target).map((e) => slope(e, d)));
        return pred.map(() => average);
      },
    },
    {
      id: "added-target",
      fn: (p: number[], t: number[], d: number) => p.map((y, i) => slope(y + t[i]!, d) / p.length),
    },
    { id: "boundary-zero", fn: over((e, d, n) => (Math.abs(e) === d ? 0 : slope(e, d)) / n) },
  ],
};

const delta: Question = {
  id: "huber.delta",
  fn: "huberDeltaGrad",
  signature: "huberDeltaGrad(e: number[], delta: number): number",
  title: "对阈值 δ 的梯度",
  points: 1,
  params: ["e", "delta"],
  reference: each((e, d) => Math.max(Math.abs(e) - d, 0)),
  truth: { kind: "gradient", forward: each(loss), wrt: 1 },
  branches: [...branches, mixed],
  sample(rng, branch) {
    const d = drawDelta(rng);
    return [sampleErrors(rng, branch, d), d];
  },
  branchesOf: batchBranches,
  edges: [
    { title: "误差恰在 ±δ 与 0", args: [[0.5, -0.5, 0], 0.5] },
    { title: "误差恰在 ±δ，另有线性段", args: [[2, -2, 5], 2] },
    { title: "只有一个样本", args: [[-3.5], 1.5] },
  ],
  hints: [
    "这次自变量是 $\\delta$，误差当常数。二次段 $e^2/2$ 里有没有 $\\delta$？",
    "线性段展开成 $\\delta|e|-\\delta^2/2$，两项都含 $\\delta$：对 $\\delta$ 求导得 $|e|-\\delta$。二次段贡献 0。",
    "每个样本贡献 $\\max(|e|-\\delta,0)$，再除以样本总数 $N$（包括落在二次段的样本）。",
  ],
  mutants: [
    { id: "no-mean", fn: (es: number[], d) => es.reduce((s, e) => s + Math.max(Math.abs(e) - d, 0), 0) },
    { id: "sign", fn: each((e, d) => -Math.max(Math.abs(e) - d, 0)) },
    { id: "no-mask", fn: each((e, d) => Math.abs(e) - d) },
    {
      id: "mean-over-tail",
      fn: (es: number[], d) => {
        const tail = es.filter((e) => Math.abs(e) > d);
        return tail.length === 0 ? 0 : mean(tail.map((e) => Math.abs(e) - d));
      },
    },
    { id: "half-square-kept", fn: each((e, d) => mask(e, d, 0, Math.abs(e) - d / 2)) },
    { id: "square-forgotten", fn: each((e, d) => mask(e, d, 0, Math.abs(e))) },
    { id: "no-abs", fn: each((e, d) => mask(e, d, 0, e - d)) },
    { id: "one-sided", fn: each((e, d) => Math.max(e - d, 0)) },
    { id: "swapped-branches", fn: each((e, d) => mask(e, d, Math.abs(e) - d, 0)) },
    { id: "quad-error", fn: each((e, d) => mask(e, d, e, Math.abs(e) - d)) },
    { id: "error-gradient", fn: each(slope) },
    { id: "value", fn: each(loss) },
    {
      id: "mean-twice",
      fn: (es: number[], d) => each((e, dd) => Math.max(Math.abs(e) - dd, 0))(es, d) / es.length,
    },
  ],
};

export const huber = family({
  id: "huber",
  title: "Huber 损失",
  exercise: "3-architectures/02-losses",
  mistakes: huberMistakes,
  oracles: huberOracles,
  questions: [
    value,
    gradient,
    batch,
    weighted,
    delta,
    pseudo,
    curveQuestion(delta.mutants),
    tensorQuestion(gradient.mutants),
  ],
});
