import { jacobianMistakes } from "../mistakes/jacobian.js";
import { jacobianOracles } from "../oracles/jacobian.js";
import { family, type Mutant, type Question } from "../problem.js";
import { double } from "./jacobian-double.js";
import {
  affine,
  draw,
  drawMatrix,
  each,
  type Mlp,
  mlpBranch,
  mlpBranches,
  rows,
  sampleMlp,
  scaled,
  squares,
} from "./jacobian-parts.js";
import { tensorQuestion, wide } from "./jacobian-wide.js";
import { apply, type Matrix, multiply, outer, plus, times, transpose } from "./matrices.js";
import { dot, mean, total, type Vector, zeros } from "./vectors.js";

// ---- 第一档：线性层 f(x) = Wx ----

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

const linear: Question = {
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

/** 第二判据用 1/cosh²，与标准答案里的 1−h² 互不相干。 */
const sech2 = (z: number) => 1 / Math.cosh(z) ** 2;
const mlpJacobian = (W: Matrix, b: Vector, V: Matrix, x: Vector): Matrix =>
  multiply(V, rows(W, affine(W, b, x).map(sech2)));
const mlpPenalty = (W: Matrix, b: Vector, V: Matrix, x: Vector) => squares(mlpJacobian(W, b, V, x));

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

const halfUnit = Math.log(3) / 2; // tanh 恰为 1/2
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

const tanhQuestion: Question = {
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

type Head = { W: Matrix; b: Vector };
type Weights = (z: Vector) => Vector;

const stable: Weights = (z) => {
  const top = Math.max(...z);
  const e = z.map((v) => Math.exp(v - top));
  return e.map((v) => v / total(e));
};
const naive: Weights = (z) => {
  const e = z.map(Math.exp);
  return e.map((v) => v / total(e));
};
const covariance = (p: Vector): Matrix => p.map((v, i) => p.map((w, j) => (i === j ? v : 0) - v * w));

/** 第二判据：Jᵢ = pᵢ(wᵢ − Σⱼpⱼwⱼ)，不写出 diag(p)−ppᵀ；softmax 也换一种算法（每个分量都用差）。 */
function softmaxPenalty(W: Matrix, b: Vector, x: Vector): number {
  const z = affine(W, b, x);
  const p = z.map((v) => 1 / total(z.map((u) => Math.exp(Math.min(u - v, 700)))));
  const centre = apply(transpose(W), p);
  return squares(W.map((row, i) => row.map((v, j) => p[i]! * (v - centre[j]!))));
}

function headParts(W: Matrix, b: Vector, x: Vector, weights: Weights, spread = covariance) {
  const p = weights(affine(W, b, x));
  const S = spread(p);
  const J = multiply(S, W);
  const M = multiply(times(J, 2), transpose(W));
  const diagonal = M.map((row, k) => row[k]!);
  const right = apply(M, p);
  const left = apply(transpose(M), p);
  const u = diagonal.map((v, k) => v - right[k]! - left[k]!);
  return { W, x, p, S, J, M, diagonal, right, left, u, gamma: apply(S, u), direct: times(multiply(S, J), 2) };
}
type HeadParts = ReturnType<typeof headParts>;

const joinHead = (q: HeadParts, gamma: Vector, direct = q.direct): Head => ({
  W: plus(direct, outer(gamma, q.x)),
  b: gamma,
});
const exactHead = (q: HeadParts) => joinHead(q, q.gamma);
const scaledHead = (g: Head, k: number): Head => ({ W: times(g.W, k), b: g.b.map((v) => v * k) });
const fromHead =
  (f: (q: HeadParts) => Head, weights = stable, spread = covariance) =>
  (W: Matrix, b: Vector, x: Vector): Head =>
    f(headParts(W, b, x, weights, spread));
const withU = (f: (q: HeadParts) => Vector) => fromHead((q) => joinHead(q, apply(q.S, f(q))));

const diagonalOnly = (p: Vector): Matrix => p.map((v, i) => p.map((_, j) => (i === j ? v : 0)));

const softmaxQuestion: Question = {
  id: "jacobian.softmax",
  fn: "jacobianSoftmaxGrad",
  signature: "jacobianSoftmaxGrad(W: number[][], b: number[], x: number[]): { W: number[][]; b: number[] }",
  title: "softmax 输出的雅可比惩罚",
  points: 3,
  params: ["W", "b", "x"],
  reference: fromHead(exactHead),
  truth: { kind: "gradient", forward: softmaxPenalty, wrt: { W: 0, b: 1 } },
  branches: [
    { id: "even", title: "各类概率相近" },
    { id: "peaked", title: "一类占优" },
    { id: "confident", title: "几乎独热" },
  ],
  sample(rng, branch) {
    const [classes, inputs] = [rng.integer(3, 4), rng.integer(2, 3)];
    const W = drawMatrix(rng, classes, inputs);
    const x = draw(rng, inputs, 0.3, 1.5);
    const z = draw(rng, classes, 0.02, 0.25);
    if (branch === "peaked") z[rng.integer(0, classes - 1)] = rng.uniform(2.4, 3.2);
    if (branch === "confident") z[rng.integer(0, classes - 1)] = rng.uniform(6, 7);
    const pre = apply(W, x);
    return [W, z.map((v, k) => v - pre[k]!), x];
  },
  branchesOf(W: Matrix, b: Vector, x: Vector) {
    const top = Math.max(...stable(affine(W, b, x)));
    return [top < 0.55 ? "even" : top < 0.97 ? "peaked" : "confident"];
  },
  edges: [
    {
      title: "手算的例子",
      args: [
        [
          [16, 8],
          [0, 8],
        ],
        [0, Math.log(3)],
        [0, 1],
      ],
    },
    {
      title: "W 全为 0",
      args: [
        [
          [0, 0],
          [0, 0],
          [0, 0],
        ],
        [0, 1, -1],
        [1, 2],
      ],
    },
    {
      title: "输入全为 0",
      args: [
        [
          [1, -1],
          [2, 0],
          [0, 1],
        ],
        [0.5, 0, -0.5],
        [0, 0],
      ],
    },
    {
      title: "logit 很大",
      args: [
        [
          [1, -1],
          [2, 0],
          [0, 1],
        ],
        [800, 799, 798],
        [1, 0.5],
      ],
    },
    {
      title: "logit 很大",
      args: [
        [
          [1, 2],
          [-1, 0],
          [0, -2],
        ],
        [1000, 1001, 1000.5],
        [0.5, -1],
      ],
    },
    {
      title: "logit 很小",
      args: [
        [
          [1, -1],
          [2, 0],
          [0, 1],
        ],
        [-900, -901, -899],
        [1, 0.5],
      ],
    },
  ],
  hints: [
    "$J=SW$，$S=\\mathrm{diag}(p)-pp^\\top$。$W$ 有两条路：直接乘在 $J$ 里；先改变 $z$，再改变 $p$ 与 $S$。算 softmax 时先减去最大的 logit。",
    "令 $M=2JW^\\top$，$u_k=M_{kk}-\\sum_j(M_{kj}+M_{jk})p_j$，$\\gamma=Su$。$\\nabla_W=2SJ+\\gamma x^\\top$，$\\nabla_b=\\gamma$。",
    "依次算 `p`、`S`、`J = S·W`、`M`（`M[k][j] = 2 * (J[k] · W[j])`）、`u`、`gamma[k] = S[k] · u`；最后 `dW[k][j] = 2 * Σ_i S[k][i] * J[i][j] + gamma[k] * x[j]`。$M$ 不对称，$M_{kj}$ 与 $M_{jk}$ 都要。",
  ],
  mutants: [
    { id: "missing-two", fn: fromHead((q) => scaledHead(exactHead(q), 0.5)) },
    { id: "sign", fn: fromHead((q) => scaledHead(exactHead(q), -1)) },
    { id: "no-curvature", fn: fromHead((q) => joinHead(q, zeros(q.gamma))) },
    { id: "curvature-only", fn: fromHead((q) => ({ W: outer(q.gamma, q.x), b: q.gamma })) },
    { id: "bias-zero", fn: fromHead((q) => ({ ...exactHead(q), b: zeros(q.gamma) })) },
    {
      id: "curvature-sign",
      fn: fromHead((q) =>
        joinHead(
          q,
          q.gamma.map((v) => -v),
        ),
      ),
    },
    {
      id: "curvature-no-input",
      fn: fromHead((q) => ({
        W: plus(
          q.direct,
          outer(
            q.gamma,
            q.x.map(() => 1),
          ),
        ),
        b: q.gamma,
      })),
    },
    { id: "direct-one-softmax", fn: fromHead((q) => joinHead(q, q.gamma, times(q.J, 2))) },
    {
      id: "diagonal-softmax",
      fn: fromHead(
        (q) =>
          joinHead(
            q,
            q.p.map((v, k) => v * q.diagonal[k]!),
          ),
        stable,
        diagonalOnly,
      ),
    },
    { id: "u-diagonal", fn: withU((q) => q.diagonal) },
    { id: "u-doubled", fn: withU((q) => q.diagonal.map((v, k) => v - 2 * q.right[k]!)) },
    { id: "u-one-sided", fn: withU((q) => q.diagonal.map((v, k) => v - q.right[k]!)) },
    { id: "u-other-side", fn: withU((q) => q.diagonal.map((v, k) => v - q.left[k]!)) },
    { id: "gamma-no-softmax", fn: fromHead((q) => joinHead(q, q.u)) },
    {
      id: "gamma-diagonal",
      fn: fromHead((q) =>
        joinHead(
          q,
          q.p.map((v, k) => v * q.u[k]!),
        ),
      ),
    },
    { id: "logits", fn: fromHead((q) => ({ W: times(q.W, 2), b: zeros(q.gamma) })) },
    {
      id: "log-softmax",
      fn: fromHead(({ W, x, p, S }) => {
        const centre = apply(transpose(W), p);
        const J = W.map((row) => row.map((v, j) => v - centre[j]!));
        const column = J[0]!.map((_, j) => total(J.map((row) => row[j]!)));
        const gamma = apply(
          S,
          apply(W, column).map((v) => -2 * v),
        );
        const direct = J.map((row, i) => row.map((v, j) => 2 * (v - p[i]! * column[j]!)));
        return { W: plus(direct, outer(gamma, x)), b: gamma };
      }),
    },
    { id: "unsquared", fn: fromHead((q) => scaledHead(exactHead(q), 0.5 / Math.sqrt(squares(q.J)))) },
    { id: "naive-softmax", fn: fromHead(exactHead, naive) },
  ],
};

// ---- Hutchinson 估计 ----

type Estimate = (W: Matrix, b: Vector, V: Matrix, x: Vector, probes: Matrix) => number;

/** 每个探针一次反传：Vᵀv，乘斜率，再乘 Wᵀ。 */
function pullbacks(
  W: Matrix,
  b: Vector,
  V: Matrix,
  x: Vector,
  probes: Matrix,
  slope = (h: number) => 1 - h * h,
) {
  const s = affine(W, b, x).map((z) => slope(Math.tanh(z)));
  const [Vt, Wt] = [transpose(V), transpose(W)];
  return probes.map((v) =>
    apply(
      Wt,
      apply(Vt, v).map((g, k) => g * s[k]!),
    ),
  );
}
const lengths = (rowsOf: Matrix) => rowsOf.map((row) => dot(row, row));
const estimate: Estimate = (...args) => mean(lengths(pullbacks(...args)));
const average = (A: Matrix): Vector => transpose(A).map(mean);
const unit = (v: Vector): Vector => v.map((c) => c / Math.sqrt(dot(v, v)));
const withProbes =
  (f: (v: Vector) => Vector): Estimate =>
  (W, b, V, x, probes) =>
    estimate(W, b, V, x, probes.map(f));
const mutant = (id: string, fn: Estimate): Mutant => ({ id, fn });

const hutchinson: Question = {
  id: "jacobian.hutchinson",
  fn: "hutchinsonEstimate",
  signature:
    "hutchinsonEstimate(W: number[][], b: number[], V: number[][], x: number[], probes: number[][]): number",
  title: "Hutchinson 估计",
  points: 2,
  params: ["W", "b", "V", "x", "probes"],
  reference: estimate,
  // 独立的算法：写出 J 与 A = JJᵀ，平均二次型 vᵀAv。
  truth: {
    kind: "value",
    second(W: Matrix, b: Vector, V: Matrix, x: Vector, probes: Matrix) {
      const J = mlpJacobian(W, b, V, x);
      const A = multiply(J, transpose(J));
      return mean(probes.map((v) => dot(v, apply(A, v))));
    },
  },
  branches: [
    { id: "single", title: "只有一个探针" },
    { id: "signs", title: "几个 ±1 探针" },
    { id: "gaussian", title: "几个正态探针" },
  ],
  sample(rng, branch) {
    const [W, b, V, x] = sampleMlp(rng, rng.pick(["small", "bent", "saturated"]));
    const count = branch === "single" ? 1 : rng.integer(3, 5);
    const entry = () => (branch === "signs" ? rng.sign() : rng.normal());
    return [W, b, V, x, Array.from({ length: count }, () => V.map(entry))];
  },
  branchesOf(_W: Matrix, _b: Vector, _V: Matrix, _x: Vector, probes: Matrix) {
    if (probes.length === 1) return ["single"];
    return [probes.flat().every((v) => Math.abs(v) === 1) ? "signs" : "gaussian"];
  },
  edges: [
    {
      title: "两维的四个符号向量取遍",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [0, 0],
        [
          [1, 0],
          [0, 1],
        ],
        [0, 0],
        [
          [1, 1],
          [1, -1],
          [-1, 1],
          [-1, -1],
        ],
      ],
    },
    {
      title: "探针为零向量",
      args: [
        [
          [1, 2],
          [3, 4],
        ],
        [0.5, 0],
        [
          [1, 0],
          [0, 1],
        ],
        [1, 0],
        [[0, 0]],
      ],
    },
    { title: "手算的例子：h = 1/2", args: [[[2, 1]], [halfUnit], [[4]], [1, -2], [[1], [-1], [2]]] },
  ],
  hints: [
    "每个探针 $v$ 做一次反向传播，得到 $J^\\top v$，再求它的长度平方。最后对探针取平均。",
    "$J^\\top v=W^\\top\\bigl(s\\odot(V^\\top v)\\bigr)$，$s=1-\\tanh^2(Wx+b)$。估计值是 $\\frac1K\\sum_k\\lVert J^\\top v_k\\rVert^2$。",
    "对每个 `v`：`g[k] = s[k] * Σ_i V[i][k] * v[i]`，`r[j] = Σ_k W[k][j] * g[k]`，累加 `Σ_j r[j] ** 2`；循环结束后除以 `probes.length`。",
  ],
  mutants: [
    mutant("no-mean", (...args) => total(lengths(pullbacks(...args)))),
    mutant("no-square", (...args) => mean(lengths(pullbacks(...args)).map(Math.sqrt))),
    mutant("root", (...args) => Math.sqrt(estimate(...args))),
    mutant("mean-then-square", (...args) => lengths([average(pullbacks(...args))])[0]!),
    mutant("variance", (...args) => estimate(...args) - lengths([average(pullbacks(...args))])[0]!),
    mutant("first-only", (...args) => lengths(pullbacks(...args))[0]!),
    mutant("exact", (W, b, V, x) => mlpPenalty(W, b, V, x)),
    mutant("divided-by-outputs", (W, b, V, x, probes) => estimate(W, b, V, x, probes) / V.length),
    mutant("divided-by-inputs", (W, b, V, x, probes) => estimate(W, b, V, x, probes) / x.length),
    mutant("bessel", (...args) => total(lengths(pullbacks(...args))) / (args[4].length - 1)),
    mutant("no-slope", (...args) => mean(lengths(pullbacks(...args, () => 1)))),
    mutant("slope-linear", (...args) => mean(lengths(pullbacks(...args, (h) => 1 - h)))),
    mutant("normalised", withProbes(unit)),
    mutant(
      "sign-probes",
      withProbes((v) => v.map(Math.sign)),
    ),
    mutant("output", (W, b, V, x, probes) => {
      const y = apply(V, affine(W, b, x).map(Math.tanh));
      return mean(probes.map((v) => dot(v, y) ** 2));
    }),
  ],
};

export const jacobian = family({
  id: "jacobian",
  title: "雅可比正则化",
  exercise: "3-architectures/08-jacobian-regularization",
  mistakes: jacobianMistakes,
  oracles: jacobianOracles,
  questions: [linear, tanhQuestion, softmaxQuestion, hutchinson, double, wide, tensorQuestion],
});
