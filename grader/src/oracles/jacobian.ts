import { grad, jacobianFrobenius, matmul, softmax, type Tensor, tanh } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";
import type { Value } from "../value.js";

const tanhNet = (x: Tensor, [W, b, V]: any[]): Tensor => matmul(V, tanh(matmul(W, x).add(b)));

/** 双重反向传播：‖∂f/∂x‖² 对各个参数的梯度。 */
function penaltyGradients(params: Value[], x: number[], f: (x: Tensor, params: any[]) => Tensor): Value[] {
  const penalty = (...p: any[]) => jacobianFrobenius((v) => f(v, p), x);
  const argnums = params.map((_, i) => i);
  return (grad(penalty, { argnums })(...(params as any[])) as any[]).map((g) => g.toArray());
}

const inner = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);

const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);

const column = (A: number[][], j: number) => A.map((row) => row[j]!);

function probabilities(z: number[]): number[] {
  const e = z.map((x) => Math.exp(x - Math.max(...z)));
  return e.map((x) => x / e.reduce((sum, v) => sum + v, 0));
}

export const jacobianOracles: Oracles = {
  library: {
    "jacobian.linear": (W, x) => penaltyGradients([W], x, (v, [A]) => matmul(A, v))[0],
    "jacobian.tanh": (W, b, V, x) => {
      const [gW, gb, gV] = penaltyGradients([W, b, V], x, tanhNet);
      return { W: gW!, b: gb!, V: gV! };
    },
    "jacobian.softmax": (W, b, x) => {
      const [gW, gb] = penaltyGradients([W, b], x, (v, [A, c]) => softmax(matmul(A, v).add(c)));
      return { W: gW!, b: gb! };
    },
    "jacobian.hutchinson": (W, b, V, x, probes) =>
      jacobianFrobenius((v) => tanhNet(v, [W, b, V]), x, { projections: probes }).item(),
  },
  alternatives: {
    "jacobian.linear": (W) => W.map((row: number[]) => row.map((w) => w + w)),
    "jacobian.tanh": (W, b, V, x) => {
      // R = Σ A∘B∘ssᵀ，A = VᵀV，B = WWᵀ：不写出雅可比矩阵。
      const s = W.map((w: number[], k: number) => 1 / Math.cosh(inner(w, x) + b[k]) ** 2);
      const h = W.map((w: number[], k: number) => Math.tanh(inner(w, x) + b[k]));
      const A = W.map((_: unknown, k: number) =>
        W.map((__: unknown, l: number) => inner(column(V, k), column(V, l))),
      );
      const B = W.map((w: number[]) => W.map((u: number[]) => inner(w, u)));
      const ss = (C: number[][]) => C.map((row, k) => row.map((c, l) => 2 * c * s[k] * s[l]));
      const gamma = ss(A).map((row, k) => -2 * h[k] * inner(row, B[k]));
      return {
        W: ss(A).map((row, k) => x.map((v: number, j: number) => inner(row, column(W, j)) + gamma[k]! * v)),
        b: gamma,
        V: V.map((v: number[]) => ss(B).map((row) => inner(v, row))),
      };
    },
    "jacobian.softmax": (W, b, x) => {
      // Jᵢ = pᵢ(wᵢ − w̄)，R = Σ pᵢ²‖wᵢ − w̄‖²。
      const p = probabilities(W.map((w: number[], k: number) => inner(w, x) + b[k]));
      const centre = x.map((_: number, j: number) => inner(p, column(W, j)));
      const d = W.map((w: number[]) => minus(w, centre));
      const t = x.map((_: number, j: number) => 2 * p.reduce((sum, a, i) => sum + a * a * d[i][j], 0));
      const u = p.map((a, k) => 2 * a * inner(d[k], d[k]) - inner(W[k], t));
      const gamma = p.map((a, k) => a * (u[k]! - inner(p, u)));
      return {
        W: p.map((a, k) => x.map((v: number, j: number) => 2 * a * a * d[k][j] - a * t[j] + gamma[k]! * v)),
        b: gamma,
      };
    },
    "jacobian.hutchinson": (W, b, V, x, probes) => {
      let sum = 0;
      for (const v of probes) {
        for (let j = 0; j < x.length; j++) {
          let r = 0;
          for (const [k, w] of W.entries())
            r += (w[j] * inner(v, column(V, k))) / Math.cosh(inner(w, x) + b[k]) ** 2;
          sum += (r * r) / probes.length;
        }
      }
      return sum;
    },
  },
  worked: [
    [
      "jacobian.linear",
      [
        [
          [1, 2],
          [3, 4],
        ],
        [1, -1],
      ],
      [
        [2, 4],
        [6, 8],
      ],
    ],
    [
      "jacobian.tanh",
      [[[2, 1]], [Math.log(3) / 2], [[4]], [1, -2]],
      { W: [[-54, 198]], b: [-90], V: [[22.5]] },
    ],
    [
      "jacobian.softmax",
      [
        [
          [16, 8],
          [0, 8],
        ],
        [0, Math.log(3)],
        [0, 1],
      ],
      {
        W: [
          [2.25, 18],
          [-2.25, -18],
        ],
        b: [18, -18],
      },
    ],
    [
      "jacobian.hutchinson",
      [
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
        [[1, 1]],
      ],
      52,
    ],
  ],
};
