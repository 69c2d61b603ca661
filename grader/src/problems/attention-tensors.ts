import type { Question } from "../problem.js";
import { branches, covariance, drawScores, drawVector, pairwise, slope } from "./attention-scores.js";
import { tauGrad } from "./attention-temperature.js";
import { liftMutants, perRow } from "./lift.js";
import type { Matrix } from "./matrices.js";
import type { Vector } from "./vectors.js";

const eighths = (x: Vector) => x.map((v) => Math.round(v * 8) / 8);

/** 张量版：一行一个查询。大的分数取八分之一的倍数、温度取 2 的幂，float32 里除得尽。 */
export const tensorQuestion: Question = {
  id: "attention.gpu",
  fn: "attentionTensorTauGrad",
  signature: "attentionTensorTauGrad(S: Tensor, G: Tensor, tau: number): Tensor",
  title: "选做：用张量运算，能在 GPU 上跑",
  points: 0,
  params: ["S", "G", "tau"],
  tensors: true,
  reference: perRow(2)(slope as never),
  truth: {
    kind: "jacobian",
    wrt: 2,
    forward: (S: Matrix, G: Matrix, tau: number) => S.map((s, b) => pairwise(s, G[b]!, tau)),
  },
  branches: [...branches.slice(0, 3), { id: "large", title: "分数约为 +200，直接取指数会溢出" }],
  sample(rng, branch) {
    const size = rng.integer(3, 5);
    const taus: Record<string, number[]> = { mild: [0.5, 2], cold: [0.125, 0.25], hot: [8], large: [2] };
    const offset = branch === "large" ? 200 : 0;
    const S = Array.from({ length: rng.integer(2, 4) }, () => eighths(drawScores(rng, size, offset)));
    return [S, S.map(() => eighths(drawVector(rng, size))), rng.pick(taus[branch]!)];
  },
  branchesOf(S: Matrix, _G: Matrix, tau: number) {
    if (S.flat().some((x) => x / tau > 89)) return ["large"];
    return [tau > 5 ? "hot" : tau < 0.3 ? "cold" : "mild"];
  },
  edges: [
    {
      title: "有一行分数全相等",
      args: [
        [
          [2, 2, 2],
          [1, 0, 3],
        ],
        [
          [1, 4, -2],
          [2, 5, -1],
        ],
        0.5,
      ],
    },
    { title: "只有一个键", args: [[[3], [-1]], [[5], [2]], 2] },
  ],
  hints: [
    "整批一起算：`softmax(S.div(tau), 1)` 一次得到每一行的权重，溢出也由它管。",
    "每一行的平均是 `sum(a.mul(S), 1)`。要从每一行里减去它，先用 `expandDims(…, 1)` 变成一列，广播就会逐行相减。",
    "`const centre = (x: Tensor) => x.sub(expandDims(sum(a.mul(x), 1), 1));`，结果是 `sum(a.mul(centre(S)).mul(centre(G)), 1).div(-tau * tau)`。",
  ],
  mutants: [
    ...liftMutants(tauGrad.mutants, perRow(2), ["overflow"]),
    {
      id: "overflow",
      fn: perRow(2)((s: Vector, g: Vector, t: number) => {
        // float32 的指数在 88 以上就是无穷。
        const e = s.map((x) => Math.fround(Math.exp(x / t)));
        const total = e.reduce((sum, x) => sum + x, 0);
        return (
          -covariance(
            e.map((x) => x / total),
            s,
            g,
          ) /
          t ** 2
        );
      }),
    },
  ],
};
