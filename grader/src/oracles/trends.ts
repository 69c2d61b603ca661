import { gather, grad, logSoftmax, matmul, softmax, type Tensor } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

function distilled(z: any, u: number[], T: number): Tensor {
  const scaled = u.map((v) => v / T);
  return softmax(scaled)
    .mul(logSoftmax(scaled).sub(logSoftmax(z.div(T))))
    .sum()
    .mul(T * T);
}

function batchLoss(Z: any, U: number[][], y: number[], T: number, alpha: number): Tensor {
  const terms = U.map((u, i) => {
    const z = gather(Z, i);
    const hard = gather(logSoftmax(z), y[i]!).neg();
    return distilled(z, u, T)
      .mul(alpha)
      .add(hard.mul(1 - alpha));
  });
  return terms.reduce((total, term) => total.add(term)).div(U.length);
}

const infoNce = (q: any, K: any, c: number, tau: any) => gather(logSoftmax(matmul(K, q).div(tau)), c).neg();

/** p_j = 1/Σ_l exp(s_l − s_j)：溢出成 ∞ 时倒数恰好是 0。 */
const pairwise = (s: number[]) => s.map((sj) => 1 / s.reduce((sum, sl) => sum + Math.exp(sl - sj), 0));
const inner = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
const scores = (q: number[], K: number[][], tau: number) => K.map((k) => inner(k, q) / tau);

const distillAgain = (z: number[], u: number[], T: number) => {
  const t = pairwise(u.map((v) => v / T));
  return pairwise(z.map((v) => v / T)).map((p, j) => T * p - T * t[j]!);
};

export const trendsOracles: Oracles = {
  library: {
    "trends.distill": (z, u, T) => grad((a: any) => distilled(a, u, T))(z).toArray(),
    "trends.batch": (Z, U, y, T, alpha) => grad((a: any) => batchLoss(a, U, y, T, alpha))(Z).toArray(),
    "trends.query": (q, K, c, tau) => grad((a: any) => infoNce(a, K, c, tau))(q).toArray(),
    "trends.keys": (q, K, c, tau) => {
      const [dK, dTau] = grad((a: any, b: any) => infoNce(q, a, c, b), { argnums: [0, 1] })(K, tau) as any[];
      return { K: dK.toArray(), tau: dTau.item() };
    },
  },
  alternatives: {
    "trends.distill": distillAgain,
    "trends.batch": (Z, U, y, T, alpha) =>
      Z.map((z: number[], i: number) => {
        const [soft, plain] = [distillAgain(z, U[i], T), pairwise(z)];
        return soft.map((s, j) => {
          const hard = j === y[i] ? plain[j]! - 1 : plain[j]!;
          return hard / Z.length + (alpha * (s - hard)) / Z.length;
        });
      }),
    // 先减去配对的键：Σ_j p_j (k_j − k_c)/τ。
    "trends.query": (q, K, c, tau) => {
      const p = pairwise(scores(q, K, tau));
      return q.map((_: number, d: number) =>
        K.reduce((sum: number, k: number[], j: number) => sum + (p[j]! * (k[d]! - K[c][d])) / tau, 0),
      );
    },
    "trends.keys": (q, K, c, tau) => {
      const s = scores(q, K, tau);
      const p = pairwise(s);
      const total = p.reduce((sum, v) => sum + v, 0);
      return {
        tau: (s[c]! * total - inner(p, s)) / tau,
        K: p.map((v, j) => q.map((x: number) => (x / tau) * (j === c ? v - 1 : v))),
      };
    },
  },
  worked: [
    [
      "trends.distill",
      [[0, 2 * Math.log(3), 2 * Math.log(4)], [2 * Math.log(4), 2 * Math.log(3), 0], 2],
      [-0.75, 0, 0.75],
    ],
    [
      "trends.batch",
      [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [1, 1],
          [3, 3],
        ],
        [0, 1],
        2,
        0.5,
      ],
      [
        [-0.125, 0.125],
        [0.125, -0.125],
      ],
    ],
    [
      "trends.query",
      [
        [1, 1],
        [
          [2, 0],
          [0, 2],
          [1, 1],
        ],
        0,
        0.5,
      ],
      [-2, 2],
    ],
    [
      "trends.keys",
      [
        [1, 1],
        [
          [2, 0],
          [0, 2],
          [1, 1],
        ],
        0,
        0.5,
      ],
      {
        K: [
          [-4 / 3, -4 / 3],
          [2 / 3, 2 / 3],
          [2 / 3, 2 / 3],
        ],
        tau: 0,
      },
    ],
  ],
};
