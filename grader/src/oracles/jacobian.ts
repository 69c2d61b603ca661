import { grad, jacobianFrobenius, matmul, sin, softmax, sum, type Tensor, tanh } from "@tidu/kernel-lib";
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
    "jacobian.double": (W, b, V, x) => {
      const net = (v: any, [A, c, U]: any[]) => matmul(U, sin(matmul(A, v).add(c)));
      const [gW, gb, gV] = penaltyGradients([W, b, V], x, net);
      return { W: gW!, b: gb!, V: gV! };
    },
    "jacobian.wide": (W, b, V, x) => jacobianFrobenius((v) => tanhNet(v, [W, b, V]), x).item(),
    "jacobian.gpu": (W, b, V, X) =>
      X.map((x: number[]) => jacobianFrobenius((v) => tanhNet(v, [W, b, V]), x).item()),
  },
  alternatives: {
    "jacobian.double": (W, b, V, x) => {
      // R = Σ A∘B∘ssᵀ，逐个隐藏单元对求导。
      const z = W.map((w: number[], k: number) => inner(w, x) + b[k]);
      const s = z.map(Math.cos);
      const A = z.map((_: number, k: number) =>
        z.map((__: number, l: number) => inner(column(V, k), column(V, l))),
      );
      const B = W.map((w: number[]) => W.map((u: number[]) => inner(w, u)));
      const row = (C: number[][], k: number) => C[k]!.map((c, l) => 2 * c * s[k] * s[l]);
      const gamma = z.map((v: number, k: number) => -Math.tan(v) * inner(row(A, k), B[k]));
      return {
        W: z.map((_: number, k: number) =>
          x.map((v: number, j: number) => inner(row(A, k), column(W, j)) + gamma[k] * v),
        ),
        b: gamma,
        V: V.map((v: number[]) => z.map((_: number, k: number) => inner(v, row(B, k)))),
      };
    },
    "jacobian.wide": (W, b, V, x) => {
      let sum = 0;
      const s = W.map((w: number[], k: number) => 1 / Math.cosh(inner(w, x) + b[k]) ** 2);
      for (const v of V)
        for (let j = 0; j < x.length; j++)
          sum += s.reduce((t: number, y: number, k: number) => t + v[k] * y * W[k][j], 0) ** 2;
      return sum;
    },
    "jacobian.gpu": (W, b, V, X) => {
      const h = tanh(matmul(X, W.transpose()).add(b));
      const s = h.mul(h).neg().add(1);
      const M = matmul(V.transpose(), V).mul(matmul(W, W.transpose()));
      return sum(matmul(s, M).mul(s), 1);
    },
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
      "jacobian.double",
      [[[2, 1]], [Math.PI / 6], [[4]], [1, -2]],
      {
        W: [[48 - 40 * Math.sqrt(3), 24 + 80 * Math.sqrt(3)]],
        b: [-40 * Math.sqrt(3)],
        V: [[30]],
      },
    ],
    [
      "jacobian.wide",
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
      ],
      30,
    ],
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
