import type { Question } from "../problem.js";
import { draw, drawMatrix, each, squares } from "./jacobian-parts.js";
import { apply, type Matrix, multiply, outer, times, transpose } from "./matrices.js";
import { total, type Vector } from "./vectors.js";

/** 逐个单位输入 eⱼ 走一遍前向：J 的第 j 列是 W·eⱼ。 */
const linearPenalty = (W: Matrix, x: Vector) =>
  total(
    x.map((_, j) =>
      total(
        apply(
          W,
          x.map((__, i) => (i === j ? 1 : 0)),
        ).map((v) => v * v),
      ),
    ),
  );

export const linear: Question = {
  id: "jacobian.linear",
  fn: "jacobianLinearGrad",
  signature: "jacobianLinearGrad(W: number[][], x: number[]): number[][]",
  title: "线性层的雅可比惩罚",
  points: 1,
  params: ["W", "x"],
  reference: (W: Matrix) => times(W, 2),
  truth: { kind: "gradient", forward: linearPenalty, wrt: 0 },
  branches: [
    { id: "square", title: "输入与输出一样多" },
    { id: "wide", title: "输入比输出多" },
    { id: "tall", title: "输出比输入多" },
  ],
  sample(rng, branch) {
    const outputs = rng.integer(2, 3);
    const inputs = branch === "square" ? outputs : branch === "wide" ? outputs + 1 : outputs;
    const height = branch === "tall" ? outputs + 1 : outputs;
    return [drawMatrix(rng, height, inputs), draw(rng, inputs, 0.3, 1.5)];
  },
  branchesOf: (W: Matrix, x: Vector) => [
    W.length === x.length ? "square" : W.length < x.length ? "wide" : "tall",
  ],
  edges: [
    {
      title: "手算的例子",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [1, -1],
      ],
    },
    {
      title: "W 全为 0",
      args: [
        [
          [0, 0],
          [0, 0],
        ],
        [1, 2],
      ],
    },
    {
      title: "输入全为 0",
      args: [
        [
          [1, -2, 0.5],
          [0, 4, -1],
        ],
        [0, 0, 0],
      ],
    },
  ],
  hints: [
    "线性层 $f(x)=Wx$ 的雅可比矩阵是什么？它与 $x$ 有没有关系？",
    "$J=W$，所以 $R=\\sum_{ij}W_{ij}^2$。每个 $W_{ij}$ 只出现在一项里，对它求导得 $2W_{ij}$。",
    "`W.map((row) => row.map((value) => 2 * value))`，参数 `x` 用不上。",
  ],
  mutants: [
    { id: "missing-two", fn: (W: Matrix) => W },
    { id: "sign", fn: (W: Matrix) => times(W, -2) },
    { id: "transposed", fn: (W: Matrix) => times(transpose(W), 2) },
    { id: "output-norm", fn: (W: Matrix, x: Vector) => times(outer(apply(W, x), x), 2) },
    { id: "times-input", fn: (W: Matrix, x: Vector) => W.map((row) => row.map((v, j) => 2 * v * x[j]!)) },
    { id: "unsquared", fn: (W: Matrix) => times(W, 1 / Math.sqrt(squares(W))) },
    { id: "mean-entries", fn: (W: Matrix) => times(W, 2 / (W.length * W[0]!.length)) },
    { id: "mean-outputs", fn: (W: Matrix) => times(W, 2 / W.length) },
    { id: "absolute", fn: (W: Matrix) => each(W, Math.sign) },
    {
      id: "diagonal",
      fn: (W: Matrix) => W.map((row, i) => row.map((v, j) => (i === j ? 2 * v : 0))),
    },
    { id: "squared-entries", fn: (W: Matrix) => each(W, (v) => v * v) },
    { id: "gram", fn: (W: Matrix) => times(multiply(multiply(W, transpose(W)), W), 4) },
  ],
};

// ---- 第二档：f(x) = V·tanh(Wx+b) ----
