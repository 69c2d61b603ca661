import type { Question } from "../problem.js";
import { affine, draw, drawMatrix, squares } from "./jacobian-parts.js";
import { apply, type Matrix, multiply, outer, plus, times, transpose } from "./matrices.js";
import { total, type Vector, zeros } from "./vectors.js";

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

export const softmaxQuestion: Question = {
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
