import type { Question } from "../problem.js";
import {
  affine,
  type Mlp,
  mlpBranch,
  mlpBranches,
  rows,
  sampleMlp,
  scaled,
  squares,
} from "./jacobian-parts.js";
import { apply, type Matrix, multiply, outer, plus, times, transpose } from "./matrices.js";
import { dot, type Vector, zeros } from "./vectors.js";

/** 第二判据用 1/cosh²，与标准答案里的 1−h² 互不相干。 */
const sech2 = (z: number) => 1 / Math.cosh(z) ** 2;

export const mlpJacobian = (W: Matrix, b: Vector, V: Matrix, x: Vector): Matrix =>
  multiply(V, rows(W, affine(W, b, x).map(sech2)));

export const mlpPenalty = (W: Matrix, b: Vector, V: Matrix, x: Vector) => squares(mlpJacobian(W, b, V, x));

/** 推导里的各个中间量；`slope` 换掉斜率公式，错法要用。 */
function mlpParts(W: Matrix, b: Vector, V: Matrix, x: Vector, slope = (h: number) => 1 - h * h) {
  const z = affine(W, b, x);
  const h = z.map(Math.tanh);
  const s = h.map(slope);
  const DW = rows(W, s);
  const J = multiply(V, DW);
  const G = times(J, 2);
  const pulled = multiply(transpose(V), G);
  const q = pulled.map((row, k) => dot(row, W[k]!));
  const gamma = q.map((v, k) => -2 * h[k]! * s[k]! * v);
  return { z, h, s, J, G, DW, pulled, q, gamma, x, W, V, dV: multiply(G, transpose(DW)) };
}

type Parts = ReturnType<typeof mlpParts>;

const join = (p: Parts, gamma: Vector, direct = rows(p.pulled, p.s)): Mlp => ({
  W: plus(direct, outer(gamma, p.x)),
  b: gamma,
  V: p.dV,
});

const exact = (p: Parts) => join(p, p.gamma);

const from =
  (f: (p: Parts) => Mlp, slope?: (h: number) => number) =>
  (W: Matrix, b: Vector, V: Matrix, x: Vector): Mlp =>
    f(mlpParts(W, b, V, x, slope));

export const halfUnit = Math.log(3) / 2; // tanh 恰为 1/2

const mlpEdges = [
  { title: "手算的例子：h = 1/2", args: [[[2, 1]], [halfUnit], [[4]], [1, -2]] },
  {
    title: "z 恰为 0",
    args: [
      [
        [1, 2],
        [0, 1],
      ],
      [0, -2],
      [
        [1, -1],
        [2, 0.5],
      ],
      [-4, 2],
    ],
  },
  {
    title: "输入全为 0",
    args: [
      [
        [1, -1],
        [2, 1],
      ],
      [0.5, -0.25],
      [
        [1, 2],
        [-1, 1],
      ],
      [0, 0],
    ],
  },
  {
    title: "V 全为 0",
    args: [
      [
        [1, -1],
        [2, 1],
      ],
      [0.5, 0.25],
      [
        [0, 0],
        [0, 0],
      ],
      [1, 1],
    ],
  },
  {
    title: "完全饱和",
    args: [
      [
        [1, 0],
        [0, 1],
      ],
      [40, -40],
      [
        [1, 2],
        [3, 4],
      ],
      [0.5, 0.5],
    ],
  },
];

export const tanhQuestion: Question = {
  id: "jacobian.tanh",
  fn: "jacobianTanhGrad",
  signature:
    "jacobianTanhGrad(W: number[][], b: number[], V: number[][], x: number[]): { W: number[][]; b: number[]; V: number[][] }",
  title: "tanh 网络的雅可比惩罚",
  points: 3,
  params: ["W", "b", "V", "x"],
  reference: from(exact),
  truth: { kind: "gradient", forward: mlpPenalty, wrt: { W: 0, b: 1, V: 2 } },
  branches: mlpBranches,
  sample: sampleMlp,
  branchesOf: mlpBranch,
  edges: mlpEdges,
  hints: [
    "$J=V\\,\\mathrm{diag}(s)\\,W$，$s=1-h^2$，$h=\\tanh(Wx+b)$。$W$ 有两条路通到 $J$：直接乘在里面；先改变 $z$，再改变斜率 $s$。$b$ 只有第二条路。",
    "令 $G=2J$，$q_k=(V^\\top G\\,W^\\top)_{kk}$，$\\gamma_k=-2h_ks_kq_k$。$\\nabla_W=\\mathrm{diag}(s)V^\\top G+\\gamma x^\\top$，$\\nabla_b=\\gamma$，$\\nabla_V=G\\,W^\\top\\mathrm{diag}(s)$。",
    "先算 `pulled = Vᵀ·G`（$k\\times n$）。`q[k]` 是 `pulled[k]` 与 `W[k]` 的内积；`gamma[k] = -2 * h[k] * s[k] * q[k]`；`dW[k][j] = s[k] * pulled[k][j] + gamma[k] * x[j]`；`dV[i][k] = s[k] * (G[i] · W[k])`。",
  ],
  mutants: [
    { id: "missing-two", fn: from((p) => scaled(exact(p), 0.5)) },
    { id: "sign", fn: from((p) => scaled(exact(p), -1)) },
    { id: "no-curvature", fn: from((p) => join(p, zeros(p.gamma))) },
    { id: "curvature-only", fn: from((p) => ({ ...exact(p), W: outer(p.gamma, p.x) })) },
    { id: "bias-zero", fn: from((p) => ({ ...exact(p), b: zeros(p.gamma) })) },
    {
      id: "curvature-sign",
      fn: from((p) =>
        join(
          p,
          p.gamma.map((v) => -v),
        ),
      ),
    },
    {
      id: "curvature-no-two",
      fn: from((p) =>
        join(
          p,
          p.gamma.map((v) => v / 2),
        ),
      ),
    },
    {
      id: "curvature-no-slope",
      fn: from((p) =>
        join(
          p,
          p.q.map((v, k) => -2 * p.h[k]! * v),
        ),
      ),
    },
    {
      id: "curvature-preactivation",
      fn: from((p) =>
        join(
          p,
          p.q.map((v, k) => -2 * p.z[k]! * p.s[k]! * v),
        ),
      ),
    },
    {
      id: "curvature-no-input",
      fn: from((p) => ({
        ...exact(p),
        W: plus(
          rows(p.pulled, p.s),
          outer(
            p.gamma,
            p.x.map(() => 1),
          ),
        ),
      })),
    },
    { id: "direct-no-slope", fn: from((p) => join(p, p.gamma, p.pulled)) },
    { id: "outer-no-slope", fn: from((p) => ({ ...exact(p), V: multiply(p.G, transpose(p.W)) })) },
    { id: "slope-linear", fn: from(exact, (h) => 1 - h) },
    { id: "slope-sigmoid", fn: from(exact, (h) => h * (1 - h)) },
    {
      id: "output-norm",
      fn: from(({ V, h, s, x }) => {
        const y = apply(V, h);
        const b = apply(transpose(V), y).map((v, k) => 2 * s[k]! * v);
        return { W: outer(b, x), b, V: times(outer(y, h), 2) };
      }),
    },
    { id: "unsquared", fn: from((p) => scaled(exact(p), 0.5 / Math.sqrt(squares(p.J)))) },
    { id: "weight-decay", fn: from((p) => ({ W: times(p.W, 2), b: zeros(p.gamma), V: times(p.V, 2) })) },
  ],
};

// ---- 第三档：f(x) = softmax(Wx+b) ----
