import { expandDims, grad, mean, square, sum, triplet } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";
import type { Value } from "../value.js";

function gradients(a: any, p: any, n: any, margin: number, distance: "squared" | "euclidean"): Value {
  const f = (x: any, y: any, z: any) => mean(triplet(x, y, z, { margin, distance }));
  const [ga, gp, gn] = grad(f, { argnums: [0, 1, 2] })(a, p, n) as any[];
  return { a: ga.toArray(), p: gp.toArray(), n: gn.toArray() };
}

const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);

/** 把返回值里的每个数过一遍 f。 */
function map(value: Value, f: (x: number) => number): Value {
  if (typeof value === "number") return f(value);
  if (Array.isArray(value)) return value.map((item) => map(item, f));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, map(item, f)]));
}

export const tripletOracles: Oracles = {
  library: {
    "triplet.value": (a, p, n, m) => triplet(a, p, n, { margin: m, distance: "euclidean" }).item(),
    "triplet.squared": (a, p, n, m) => gradients(a, p, n, m, "squared"),
    "triplet.euclidean": (a, p, n, m) => gradients(a, p, n, m, "euclidean"),
    "triplet.batch": (A, P, N, m) => gradients(A, P, N, m, "squared"),
    "triplet.gpu": (A, P, N, m) => {
      const f = (x: any, y: any, z: any) => triplet(x, y, z, { margin: m, distance: "squared" }).sum();
      const [a, p, n] = grad(f, { argnums: [0, 1, 2] })(A, P, N) as any[];
      return { a: a.toArray(), p: p.toArray(), n: n.toArray() };
    },
  },
  alternatives: {
    "triplet.gpu": (A, P, N, m) => {
      const [x, y] = [A.sub(P), A.sub(N)];
      const on = sum(square(x).sub(square(y)), 1)
        .add(m)
        .greater(0)
        .astype("float32");
      const column = expandDims(on, 1).mul(2);
      return { a: x.sub(y).mul(column), p: x.mul(column).neg(), n: y.mul(column) };
    },
    "triplet.value": (a, p, n, m) => Math.max(m - Math.hypot(...minus(a, n)) + Math.hypot(...minus(a, p)), 0),
    "triplet.squared": (a, p, n, m) => {
      let inside = m;
      for (let i = 0; i < a.length; i++) inside += (a[i] - p[i]) ** 2 - (a[i] - n[i]) ** 2;
      const k = inside > 0 ? 2 : 0;
      // 用相减的写法，带上抵消误差。
      return {
        n: minus(a, n).map((x) => k * x),
        p: minus(a, p).map((x) => -k * x),
        a: a.map((x: number, i: number) => k * (x - p[i]) - k * (x - n[i])),
      };
    },
    "triplet.euclidean": (a, p, n, m) => {
      const dp = Math.hypot(...minus(a, p));
      const dn = Math.hypot(...minus(a, n));
      const k = dp + m > dn ? 1 : 0;
      const u = minus(a, p).map((x) => (dp === 0 ? 0 : (k * x) / dp));
      const v = minus(a, n).map((x) => (dn === 0 ? 0 : (k * x) / dn));
      return { a: minus(u, v), p: u.map((x) => -x), n: v };
    },
    "triplet.batch": (A, P, N, m) => {
      const one = tripletOracles.alternatives["triplet.squared"]!;
      const rows = A.map((a: number[], i: number) => map(one(a, P[i], N[i], m), (x) => x / A.length));
      return { a: rows.map((r: any) => r.a), p: rows.map((r: any) => r.p), n: rows.map((r: any) => r.n) };
    },
  },
  worked: [
    [
      "triplet.mining",
      [
        [
          [0, 0],
          [3, 0],
          [1, 0],
          [8, 0],
        ],
        [0, 0, 1, 1],
      ],
      [
        [-2, 0],
        [4.5, 0],
        [-7, 0],
        [4.5, 0],
      ],
    ],
    ["triplet.value", [[0, 0], [3, 4], [0, 2], 1], 4],
    ["triplet.value", [[0, 0], [3, 4], [6, 8], 1], 0],
    ["triplet.squared", [[0, 0], [3, 4], [0, 2], 1], { a: [-6, -4], p: [6, 8], n: [0, -4] }],
    ["triplet.euclidean", [[0, 0], [3, 4], [0, 2], 1], { a: [-0.6, 0.2], p: [0.6, 0.8], n: [0, -1] }],
    [
      "triplet.batch",
      [
        [
          [0, 0],
          [0, 0],
        ],
        [
          [3, 4],
          [1, 0],
        ],
        [
          [0, 2],
          [3, 0],
        ],
        1,
      ],
      {
        a: [
          [-3, -2],
          [0, 0],
        ],
        p: [
          [3, 4],
          [0, 0],
        ],
        n: [
          [0, -2],
          [0, 0],
        ],
      },
    ],
  ],
};
