import { gather, grad, hessian, inv, jacobian, jvp, matmul, stack, sub, tensor, vjp } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

const program = (x: any, c: any) => {
  const [a, b, d] = [0, 1, 2].map((i) => gather(x, i)) as [any, any, any];
  const [k, l, m] = [0, 1, 2].map((i) => gather(c, i)) as [any, any, any];
  return stack([a.mul(b).add(k.mul(d)), a.sin().add(l.mul(b).mul(d)), a.mul(d.square()).add(m.mul(b))]);
};

const energy = (p: any, c: any) => {
  const [a, b] = [gather(p, 0), gather(p, 1)];
  const powers = a.pow(4).add(b.pow(4)).add(a.square()).add(b.square());
  return powers.add(gather(c, 0).mul(a.square()).mul(b)).add(gather(c, 1).mul(a));
};

const held = (f: any, c: number[]) => (x: any) => f(x, tensor(c));
const basis = (i: number) => [0, 1, 2].map((k) => (k === i ? 1 : 0));

export const toolboxOracles: Oracles = {
  library: {
    "toolbox.directional": (x, c, t) => jvp(held(program, c), [x] as any, [t] as any)[1].toArray(),
    "toolbox.line": (x, c, axis, i) =>
      axis === 0
        ? (vjp(held(program, c), x)[1] as any)(basis(i))[0].toArray()
        : jvp(held(program, c), [x] as any, [basis(i)] as any)[1].toArray(),
    "toolbox.newton": (p, c) => {
      const H = hessian(held(energy, c))(p);
      return sub(p, matmul(inv(H), grad(held(energy, c))(p))).toArray() as any;
    },
  },
  alternatives: {
    "toolbox.directional": ([a, b, d], [k, l, m], [t, u, v]) => [
      t * b + a * u + k * v,
      t * Math.cos(a) + l * (u * d + b * v),
      t * d * d + 2 * a * d * v + m * u,
    ],
    "toolbox.line": (x, c, axis, i) => {
      const J = jacobian(held(program, c))(x).toArray() as number[][];
      return axis === 1 ? J.map((row) => row[i]!) : J[i]!;
    },
    "toolbox.newton": ([a, b], [k, l]) => {
      const [g, h] = [l + 2 * a * (1 + 2 * a * a + k * b), k * a * a + 2 * b * (1 + 2 * b * b)];
      const [aa, ab, bb] = [2 + 12 * a * a + 2 * k * b, 2 * k * a, 2 + 12 * b * b];
      const det = aa * bb - ab * ab;
      return [a + (ab * h - bb * g) / det, b + (ab * g - aa * h) / det];
    },
  },
  worked: [
    [
      "toolbox.directional",
      [
        [0, 2, 1],
        [3, 1, 2],
        [1, 1, -1],
      ],
      [-1, 0, 3],
    ],
    ["toolbox.line", [[0, 2, 1], [3, 1, 2], 0, 1], [1, 1, 2]],
    ["toolbox.line", [[0, 2, 1], [3, 1, 2], 1, 1], [0, 1, 2]],
    [
      "toolbox.newton",
      [
        [1, 0],
        [1, 7],
      ],
      [0, 0.5],
    ],
  ],
};
