import { attention, expandDims, grad, max, softmax, sum, type Tensor } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

/** 一维的查询 1 与键 s：分数恰好是 s。 */
function attended(s: number[], v: number[], temperature: any): Tensor {
  return attention(
    [[1]],
    s.map((x) => [x]),
    v.map((x) => [x]),
    { temperature },
  );
}

/** 键与值都取单位阵：分数恰好是 S，输出恰好是权重。 */
function attendedBatch(S: number[][], G: number[][], mask: number[][], temperature: any): Tensor {
  const eye = S[0]!.map((_, i) => S[0]!.map((_, j) => (i === j ? 1 : 0)));
  const seen = mask.map((row) => row.map((x) => x === 1));
  return attention(S, eye, eye, { temperature, mask: seen }).mul(G).sum().div(S.length);
}

function probabilities(z: number[]): number[] {
  const e = z.map((x) => Math.exp(x - Math.max(...z)));
  return e.map((x) => x / e.reduce((sum, v) => sum + v, 0));
}

const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);

export const attentionOracles: Oracles = {
  library: {
    "attention.output": (s, v, t) => attended(s, v, t).item(),
    "attention.tau": (s, g, t) => grad((x: any) => attended(s, g, x).sum())(t).item(),
    "attention.batch": (S, G, mask, t) => grad((x: any) => attendedBatch(S, G, mask, x))(t).item(),
    "attention.qkv": (q, K, V, ybar, t) => {
      const f = (a: any, b: any, c: any) => attention(a, b, c, { temperature: t }).mul(ybar).sum();
      const [gq, gK, gV] = grad(f, { argnums: [0, 1, 2] })([q], K, V) as any[];
      return { q: gq.toArray()[0], K: gK.toArray(), V: gV.toArray() };
    },
    "attention.sweep": (s, g, taus) =>
      taus.map((t: number) => grad((x: any) => attended(s, g, x).sum())(t).item()),
    "attention.gpu": (S, G, t) =>
      S.map((s: number[], b: number) => grad((x: any) => attended(s, G[b], x).sum())(t).item()),
  },
  alternatives: {
    "attention.sweep": (s, g, taus) =>
      taus.map((t: number) => attentionOracles.alternatives["attention.tau"]!(s, g, t)),
    "attention.gpu": (S, G, t) => {
      // dL/dβ = Cov，β = 1/τ：换一个变量，再乘 dβ/dτ。
      const a = softmax(S.mul(1 / t), 1);
      const shift = G.sub(expandDims(sum(a.mul(G), 1), 1));
      return sum(
        S.sub(expandDims(max(S, 1), 1))
          .mul(a)
          .mul(shift),
        1,
      ).mul(-1 / (t * t));
    },
    "attention.output": (s, v, t) => {
      const p = probabilities(s.map((x: number) => x / t));
      return p.reduce((y, a, j) => y + a * v[j], 0);
    },
    "attention.tau": (s, g, t) => {
      const p = probabilities(s.map((x: number) => x / t));
      const mid = p.reduce((m, a, j) => m + a * g[j], 0);
      return p.reduce((sum, a, j) => sum - (a * (g[j] - mid) * (s[j] - s[0])) / t / t, 0);
    },
    "attention.batch": (S, G, mask, t) => {
      let total = 0;
      for (const [b, row] of mask.entries()) {
        const kept = [...row.keys()].filter((j) => row[j] > 0);
        if (kept.length === 0) continue;
        const [s, g] = [kept.map((j) => S[b][j]), kept.map((j) => G[b][j])];
        total += (attentionOracles.alternatives["attention.tau"]!(s, g, t) as number) / S.length;
      }
      return total;
    },
    "attention.qkv": (q, K, V, ybar, t) => {
      const inner = (x: number[], y: number[]) => x.reduce((sum, v, i) => sum + v * y[i]!, 0);
      const p = probabilities(K.map((k: number[]) => inner(q, k) / t));
      const y = ybar.map((_: number, e: number) => p.reduce((sum, a, j) => sum + a * V[j][e], 0));
      const d = p.map((a, j) => (a / t) * inner(ybar, minus(V[j], y)));
      return {
        V: p.map((a) => ybar.map((u: number) => u * a)),
        K: d.map((x) => q.map((u: number) => u * x)),
        q: q.map((_: number, i: number) => d.reduce((sum, x, j) => sum + x * (K[j][i] - K[0][i]), 0)),
      };
    },
  },
  worked: [
    ["attention.sweep", [[1, 0, 0], [4, 2, -2], [1 / Math.LN2]], [-(Math.LN2 ** 2)]],
    ["attention.output", [[1, 0, 0], [4, 2, -2], 1 / Math.LN2], 2],
    ["attention.output", [[1e4, 9999, -1e4], [3, 6, 9], 1 / Math.LN2], 4],
    ["attention.tau", [[1, 0, 0], [4, 2, -2], 1 / Math.LN2], -(Math.LN2 ** 2)],
    [
      "attention.batch",
      [
        [
          [1, 0, 0],
          [5, 5, 9],
        ],
        [
          [4, 2, -2],
          [1, 2, 3],
        ],
        [
          [1, 1, 1],
          [1, 1, 0],
        ],
        1 / Math.LN2,
      ],
      -(Math.LN2 ** 2) / 2,
    ],
    [
      "attention.qkv",
      [
        [1, 2],
        [
          [1, 0],
          [2, -1],
          [-2, 1],
        ],
        [[4], [2], [-2]],
        [1],
        1 / Math.LN2,
      ],
      {
        q: [3 * Math.LN2, -Math.LN2],
        K: [
          [Math.LN2, 2 * Math.LN2],
          [0, 0],
          [-Math.LN2, -2 * Math.LN2],
        ],
        V: [[0.5], [0.25], [0.25]],
      },
    ],
  ],
};
