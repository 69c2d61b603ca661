import { gather, grad, hessian, jvp } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

const workedF = (p: any) => {
  const [x, y] = [gather(p, 0), gather(p, 1)];
  return x.square().add(x.mul(y)).mul(y.pow(3));
};

export const workedOracles: Oracles = {
  library: {
    "worked.gradient": (p) => grad(workedF)(p).toArray(),
    "worked.directional": (p, v) =>
      (jvp(workedF as any, [p], [v.map((x: number) => x / Math.hypot(...v))] as any)[1] as any).item(),
    "worked.hessian": (p, i) => hessian(workedF)(p).toArray()[i],
    "worked.adjoints": (x, y, e) => {
      const g = (a: any, b: any, n: any) => {
        const p = a.mul(b).add(gather(n, 1));
        const q = a.square().add(gather(n, 0)).mul(p).add(gather(n, 2));
        return q.mul(p.add(b).add(gather(n, 3)));
      };
      const [dx, dy, de] = grad(g, { argnums: [0, 1, 2] })(x, y, e) as any[];
      return { x: dx.item(), y: dy.item(), e: de.toArray() };
    },
  },
  alternatives: {
    "worked.gradient": ([x, y]) => [(2 * x + y) * y ** 3, x * y * y * (3 * x + 4 * y)],
    "worked.directional": ([x, y], v) => {
      const t = Math.atan2(v[1], v[0]);
      return (2 * x + y) * y ** 3 * Math.cos(t) + x * y * y * (3 * x + 4 * y) * Math.sin(t);
    },
    "worked.hessian": ([x, y], i) =>
      i === 1
        ? [y * y * (6 * x + 4 * y), 6 * x * y * (x + 2 * y)]
        : [2 * y ** 3, 2 * y * y * (3 * x + 2 * y)],
    "worked.adjoints": (x, y, e) => {
      const [a, b] = [e[0] + x ** 2, e[1] + y * x];
      const [c, d] = [a * b + e[2], e[3] + (b + y)];
      const bBar = a * d + c;
      return { e: [b * d, bBar, d, c], y: x * bBar + c, x: y * bBar + 2 * x * b * d };
    },
  },
  worked: [
    ["worked.gradient", [[1, 2]], [32, 44]],
    [
      "worked.directional",
      [
        [1, 2],
        [3, 4],
      ],
      54.4,
    ],
    ["worked.hessian", [[1, 2], 0], [16, 56]],
    ["worked.hessian", [[1, 2], 1], [56, 60]],
    ["worked.adjoints", [1, 2, [0, 0, 0, 0]], { x: 28, y: 8, e: [8, 6, 4, 2] }],
  ],
};
