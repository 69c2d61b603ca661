import { grad, matmul, square, type Tensor, tanh } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";
import type { Value } from "../value.js";

/** 一批样本排成行：隐藏层是 XW₁ᵀ + b₁，损失对样本平均。 */
function netTensors(net: Value[], X: number[][], Y: number[][]): Tensor[] {
  const f = (W1: any, b1: any, W2: any, b2: any) => {
    const hidden = tanh(matmul(X, W1.transpose()).add(b1));
    const error = matmul(hidden, W2.transpose()).add(b2).sub(Y);
    return square(error)
      .sum()
      .div(2 * X.length);
  };
  return grad(f, { argnums: [0, 1, 2, 3] })(...(net as [any, any, any, any])) as any[];
}

function netGradients(net: Value[], X: number[][], Y: number[][]): Value {
  const [W1, b1, W2, b2] = netTensors(net, X, Y).map((g) => g.toArray() as Value) as [
    Value,
    Value,
    Value,
    Value,
  ];
  return { W1, b1, W2, b2 };
}

function netStep(net: Value[], X: number[][], Y: number[][], eta: number): Value {
  const next = netTensors(net, X, Y).map(
    (g, i) =>
      g
        .mul(-eta)
        .add(net[i] as any)
        .toArray() as Value,
  );
  const [W1, b1, W2, b2] = next as [Value, Value, Value, Value];
  return { W1, b1, W2, b2 };
}

export const backpropOracles: Oracles = {
  library: {
    "backprop.grad": (W1, b1, W2, b2, x, y) => netGradients([W1, b1, W2, b2], [x], [y]),
    "backprop.batch": (W1, b1, W2, b2, X, Y) => netGradients([W1, b1, W2, b2], X, Y),
    "backprop.step": (W1, b1, W2, b2, X, Y, eta) => netStep([W1, b1, W2, b2], X, Y, eta),
  },
  alternatives: {
    // 逐个权重写出的双重循环，不用矩阵；tanh 的导数取 1/cosh²。
    "backprop.grad": (W1, b1, W2, b2, x, y) => {
      const z = b1.map((b: number, j: number) =>
        x.reduce((s: number, v: number, i: number) => s + v * W1[j][i], b),
      );
      const e = b2.map((b: number, k: number) =>
        z.reduce((s: number, v: number, j: number) => s + Math.tanh(v) * W2[k][j], b - y[k]),
      );
      const down = z.map(
        (v: number, j: number) =>
          e.reduce((s: number, u: number, k: number) => s + u * W2[k][j], 0) / Math.cosh(v) ** 2,
      );
      return {
        W1: down.map((d: number) => x.map((v: number) => v * d)),
        b1: down,
        W2: e.map((u: number) => z.map((v: number) => Math.tanh(v) * u)),
        b2: e,
      };
    },
    "backprop.batch": (W1, b1, W2, b2, X, Y) => {
      const one = backpropOracles.alternatives["backprop.grad"]!;
      const rows: any[] = X.map((x: number[], i: number) => one(W1, b1, W2, b2, x, Y[i]));
      const mean = (pick: (r: any) => number) => rows.reduce((s, r) => s + pick(r), 0) / rows.length;
      return {
        W1: W1.map((row: number[], j: number) => row.map((_, i) => mean((r) => r.W1[j][i]))),
        b1: b1.map((_: number, j: number) => mean((r) => r.b1[j])),
        W2: W2.map((row: number[], k: number) => row.map((_, j) => mean((r) => r.W2[k][j]))),
        b2: b2.map((_: number, k: number) => mean((r) => r.b2[k])),
      };
    },
    "backprop.step": (W1, b1, W2, b2, X, Y, eta) => {
      const g: any = backpropOracles.alternatives["backprop.batch"]!(W1, b1, W2, b2, X, Y);
      const move = (p: any, d: any): any =>
        typeof p === "number" ? p - eta * d : p.map((v: any, i: number) => move(v, d[i]));
      return { W1: move(W1, g.W1), b1: move(b1, g.b1), W2: move(W2, g.W2), b2: move(b2, g.b2) };
    },
  },
  worked: [],
};
