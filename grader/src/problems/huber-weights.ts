import type { Question } from "../problem.js";
import {
  batchBranches,
  branches,
  differences,
  drawDelta,
  loss,
  mask,
  mixed,
  sampleErrors,
  slope,
} from "./huber-parts.js";
import { total, type Vector } from "./vectors.js";

/** 一个样本的梯度：误差、δ、它的权重、权重之和（mean 为 0 时是 1）、样本个数。 */
type One = (e: number, d: number, w: number, sum: number, count: number, mean: number) => number;

const over =
  (f: One) =>
  (pred: Vector, target: Vector, weight: Vector, d: number, mean: number): Vector => {
    const sum = mean === 1 ? total(weight) : 1;
    return differences(pred, target).map((e, i) => f(e, d, weight[i]!, sum, pred.length, mean));
  };

/** 换掉 `L'(e)` 的错法。 */
const slopes = (f: (e: number, d: number) => number) => over((e, d, w, sum) => (w * f(e, d)) / sum);

const modes = [
  { id: "sum", title: "加权和" },
  { id: "mean", title: "加权平均" },
];

export const weighted: Question = {
  id: "huber.weighted",
  fn: "huberWeightedGrad",
  signature:
    "huberWeightedGrad(pred: number[], target: number[], weight: number[], delta: number, mean: number): number[]",
  title: "带权重的和与平均",
  points: 1,
  params: ["pred", "target", "weight", "delta", "mean"],
  reference: slopes(slope),
  truth: {
    kind: "gradient",
    wrt: 0,
    forward(pred: Vector, target: Vector, weight: Vector, d: number, mean: number) {
      const sum = total(differences(pred, target).map((e, i) => weight[i]! * loss(e, d)));
      return mean === 1 ? sum / total(weight) : sum;
    },
  },
  branches: [...branches, mixed, ...modes, { id: "masked", title: "有的权重是 0" }],
  sample(rng, branch) {
    const d = drawDelta(rng);
    const errors = sampleErrors(rng, branches.some(({ id }) => id === branch) ? branch : "mixed", d);
    const target = errors.map(() => rng.integer(-8, 8) / 4);
    const weight = errors.map(() => rng.uniform(0.3, 2.5));
    if (branch === "masked") weight[rng.integer(0, errors.length - 1)] = 0;
    const mean = branch === "mean" ? 1 : branch === "sum" ? 0 : rng.integer(0, 1);
    return [errors.map((e, i) => target[i]! + e), target, weight, d, mean];
  },
  branchesOf: (pred: Vector, target: Vector, weight: Vector, d: number, mean: number) => [
    ...batchBranches(differences(pred, target), d),
    mean === 1 ? "mean" : "sum",
    ...(weight.includes(0) ? ["masked"] : []),
  ],
  edges: [
    { title: "误差恰在 ±δ，求和", args: [[1.5, -0.5, 3], [1, 0, 1], [2, 0.5, 0], 0.5, 0] },
    { title: "误差恰在 ±δ，平均", args: [[2, -2, 4], [0, 0, 2], [1, 3, 4], 2, 1] },
    { title: "只有一个样本，平均时权重约掉", args: [[0.75], [0.5], [3], 1.5, 1] },
  ],
  hints: [
    "先只看求和：第 $i$ 个样本的损失前面乘了 $w_i$，求导时它跟着走。截断的是误差，与权重无关。",
    "加权平均的分母是权重之和 $\\sum_jw_j$，不是样本数 $N$：$\\frac{\\partial\\mathcal L}{\\partial\\hat y_i}=\\frac{w_i}{\\sum_jw_j}\\,\\mathrm{clip}(e_i,-\\delta,\\delta)$。",
    "`const scale = mean === 1 ? weight.reduce((s, w) => s + w, 0) : 1;`，第 $i$ 个分量是 `weight[i] * huberGrad(pred[i] - target[i], delta) / scale`。",
  ],
  mutants: [
    { id: "no-weight", fn: over((e, d, _w, _s, n, m) => slope(e, d) / (m === 1 ? n : 1)) },
    { id: "divided-by-count", fn: over((e, d, w, _s, n, m) => (w * slope(e, d)) / (m === 1 ? n : 1)) },
    {
      id: "divided-twice",
      fn: over((e, d, w, sum, n, m) => (w * slope(e, d)) / sum / (m === 1 ? n : 1)),
    },
    { id: "always-sum", fn: over((e, d, w) => w * slope(e, d)) },
    {
      id: "always-mean",
      fn: (p: Vector, t: Vector, w: Vector, d: number) => slopes(slope)(p, t, w, d, 1),
    },
    {
      id: "modes-swapped",
      fn: (p: Vector, t: Vector, w: Vector, d: number, m: number) => slopes(slope)(p, t, w, d, 1 - m),
    },
    { id: "weight-inside", fn: over((e, d, w, sum) => slope(w * e, d) / sum) },
    { id: "weight-squared", fn: over((e, d, w, sum) => (w * w * slope(e, d)) / sum) },
    { id: "weight-root", fn: over((e, d, w, sum) => (Math.sqrt(w) * slope(e, d)) / sum) },
    {
      id: "weight-of-nonzero",
      fn: (p: Vector, t: Vector, w: Vector, d: number, m: number) => {
        const count = w.filter((x) => x !== 0).length;
        return over((e, dd, wi) => (wi * slope(e, dd)) / (m === 1 ? count : 1))(p, t, w, d, m);
      },
    },
    { id: "sign", fn: slopes((e, d) => -slope(e, d)) },
    { id: "no-clip", fn: slopes((e) => e) },
    { id: "tail-sign", fn: slopes((e, d) => mask(e, d, e, -d * Math.sign(e))) },
    { id: "tail-no-delta", fn: slopes((e, d) => mask(e, d, e, Math.sign(e))) },
    { id: "tail-no-sign", fn: slopes((e, d) => mask(e, d, e, d)) },
  ],
};
