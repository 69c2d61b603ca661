import type { Question } from "../problem.js";
import { branches, branchOf, drawTau, pairwise, sampleScores, slope } from "./attention-scores.js";
import { tauGrad } from "./attention-temperature.js";
import { liftMutants, perLast } from "./lift.js";
import { weights } from "./softmax.js";
import type { Vector } from "./vectors.js";

/** 许多个温度、许多个键：每个温度一遍，不写出 n×n 的雅可比矩阵。 */
export const sweep: Question = {
  id: "attention.sweep",
  fn: "attentionTauSweep",
  signature: "attentionTauSweep(s: number[], g: number[], taus: number[]): number[]",
  title: "选做：许多个键，要快",
  points: 0,
  params: ["s", "g", "taus"],
  reference: perLast(slope as never),
  truth: {
    kind: "gradient",
    wrt: 2,
    forward: (s: Vector, g: Vector, taus: Vector) => taus.reduce((sum, tau) => sum + pairwise(s, g, tau), 0),
  },
  branches,
  sample(rng, branch) {
    const [s, g, tau] = sampleScores(rng, branch);
    return [s, g, [tau, drawTau(rng, branch)]];
  },
  branchesOf: (s: Vector, _g: Vector, taus: Vector) => [branchOf(s, taus[0]!)],
  edges: [
    {
      title: "分数全相等",
      args: [
        [2, 2, 2],
        [1, 4, -2],
        [0.5, 4],
      ],
    },
    { title: "只有一个键", args: [[3], [5], [2]] },
    {
      title: "分数 10000、9999、−10000",
      args: [
        [1e4, 9999, -1e4],
        [3, 1, 2],
        [2, 8],
      ],
    },
  ],
  hints: [
    "先用第 2 题的函数逐个温度算对，再看它慢在哪里：两万个键时，n×n 的矩阵有四亿个数。",
    "softmax 的雅可比矩阵 $\\operatorname{diag}(a)-aa^\\top$ 乘一个向量不用写出矩阵：$a\\odot g-a(a\\cdot g)$，只要 $n$ 次。协方差也一样，两个平均各扫一遍。",
    "`return taus.map((tau) => attentionTauGrad(s, g, tau));`，只要第 2 题里没有两重循环。键多的时候 `Math.max(...s)` 会因参数太多而出错，改用 `s.reduce((m, x) => Math.max(m, x))`。",
  ],
  mutants: liftMutants(tauGrad.mutants, perLast),
  speed: {
    title: "20000 个键、3 个温度",
    args: (rng) => [
      Array.from({ length: 20_000 }, () => Math.round(rng.normal() * 512) / 256),
      Array.from({ length: 20_000 }, () => Math.round(rng.normal() * 512) / 256),
      [0.5, 1.5, 4],
    ],
    naive: perLast((s: Vector, g: Vector, tau: number) => {
      // −gᵀ(diag(a) − aaᵀ)s/τ²，逐个元素。
      const a = weights(s, tau);
      let sum = 0;
      for (let i = 0; i < s.length; i++)
        for (let j = 0; j < s.length; j++) sum += g[i]! * ((i === j ? a[i]! : 0) - a[i]! * a[j]!) * s[j]!;
      return -sum / tau ** 2;
    }),
  },
};
