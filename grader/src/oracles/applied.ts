import { gather, grad, logSoftmax, matmul, softmax, type Tensor, transpose } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

/** 抽到的动作固定时的目标 Σ w_t·ln π_{a_t}/n。 */
const weighted = (theta: Tensor, actions: number[], w: number[]) =>
  gather(logSoftmax(theta), actions).mul(w).sum().div(actions.length);

/** 每一次比之前的平均好多少。 */
const improvements = (rewards: number[]): number[] =>
  rewards.map((r, t) => r - rewards.slice(0, t).reduce((s, x) => s + x / t, 0));

/** 逐个动作计数再合并：与逐次相加的次序不同。 */
function byAction(theta: number[], actions: number[], w: number[]): number[] {
  const size = theta.reduce((s, t) => s + Math.exp(t), 0);
  const all = w.reduce((s, x) => s + x, 0);
  return theta.map((t, k) => {
    const own = w.reduce((s, x, i) => (actions[i] === k ? s + x : s), 0);
    return (own - (all * Math.exp(t)) / size) / w.length;
  });
}

export const appliedOracles: Oracles = {
  library: {
    "applied.factorization": (U, V, R, M, lambda) => {
      const seen = Math.max(
        1,
        M.flat().reduce((s: number, m: number) => s + m, 0),
      );
      const loss = (u: Tensor, v: Tensor) =>
        matmul(u, transpose(v))
          .sub(R)
          .square()
          .mul(M)
          .sum()
          .div(2 * seen)
          .add(
            u
              .square()
              .sum()
              .add(v.square().sum())
              .mul(lambda / 2),
          );
      const [gU, gV] = grad(loss, { argnums: [0, 1] })(U, V) as any[];
      return { U: gU.toArray(), V: gV.toArray() };
    },
    "applied.expected": (theta, r) => grad((t: Tensor) => softmax(t).mul(r).sum())(theta).toArray(),
    "applied.reinforce": (theta, actions, rewards) =>
      grad((t: Tensor) => weighted(t, actions, rewards))(theta).toArray(),
    "applied.baseline": (theta, actions, rewards) =>
      grad((t: Tensor) => weighted(t, actions, improvements(rewards)))(theta).toArray(),
  },
  alternatives: {
    "applied.factorization": (U, V, R, M, lambda) => {
      const seen = M.flat().filter((m: number) => m > 0).length;
      const gU = U.map((u: number[]) => u.map((x) => lambda * x));
      const gV = V.map((v: number[]) => v.map((x) => lambda * x));
      for (const [i, row] of M.entries())
        for (const [j, m] of row.entries()) {
          if (m === 0) continue;
          let e = -R[i][j];
          for (const [k, x] of U[i].entries()) e += x * V[j][k];
          for (const k of U[i].keys()) {
            gU[i][k] += (e * V[j][k]) / seen;
            gV[j][k] += (U[i][k] * e) / seen;
          }
        }
      return { V: gV, U: gU };
    },
    "applied.expected": (theta, r) => {
      const size = theta.reduce((s: number, t: number) => s + Math.exp(t), 0);
      // Σ_a π_k·π_a·(r_k − r_a)：两两比较，不先算 J。
      return theta.map((t: number, k: number) =>
        theta.reduce(
          (s: number, u: number, a: number) => s + (Math.exp(t + u) * (r[k] - r[a])) / size ** 2,
          0,
        ),
      );
    },
    "applied.reinforce": byAction,
    "applied.baseline": (theta, actions, rewards) => {
      // 递推的平均：b ← b + (r − b)/t
      let b = 0;
      const better = rewards.map((r: number, t: number) => {
        const gain = r - b;
        b += gain / (t + 1);
        return gain;
      });
      return byAction(theta, actions, better);
    },
  },
  worked: [
    [
      "applied.factorization",
      [
        [
          [1, 2],
          [2, 0],
        ],
        [
          [2, 1],
          [1, 1],
          [0, 2],
        ],
        [
          [5, 1, 0],
          [0, 4, 1],
        ],
        [
          [1, 1, 0],
          [0, 1, 1],
        ],
        0.5,
      ],
      {
        U: [
          [0.5, 1.25],
          [0.5, -1],
        ],
        V: [
          [0.75, 0],
          [0, 1.5],
          [-0.5, 1],
        ],
      },
    ],
    [
      "applied.expected",
      [
        [0, Math.log(2), 0],
        [8, 12, 4],
      ],
      [-0.25, 1.5, -1.25],
    ],
    [
      "applied.reinforce",
      [
        [0, Math.log(2), 0],
        [1, 0],
        [12, 8],
      ],
      [1.5, 1, -2.5],
    ],
    [
      "applied.baseline",
      [
        [0, Math.log(2), 0],
        [1, 0],
        [12, 8],
      ],
      [-3, 4, -1],
    ],
  ],
};
