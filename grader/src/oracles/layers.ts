import { gather, grad, mean, square, type Tensor, tanh } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

function twoLayers(xs: number[], ys: number[]) {
  return (theta: any) => {
    const [w1, b1, w2, b2] = [0, 1, 2, 3].map((i) => gather(theta, i)) as [Tensor, Tensor, Tensor, Tensor];
    const e = w2
      .mul(tanh(w1.mul(xs).add(b1)))
      .add(b2)
      .sub(ys);
    return mean(square(e)).mul(0.5);
  };
}

export const layersOracles: Oracles = {
  library: {
    "layers.loss": (theta, x, y) => twoLayers([x], [y])(theta).item(),
    "layers.grad": (theta, x, y) => grad(twoLayers([x], [y]))(theta).toArray(),
    "layers.batch": (theta, xs, ys) => grad(twoLayers(xs, ys))(theta).toArray(),
  },
  alternatives: {
    "layers.loss": ([w1, b1, w2, b2], x, y) => {
      const t = Math.exp(-2 * (b1 + x * w1));
      return (b2 - y + (w2 * (1 - t)) / (1 + t)) ** 2 / 2;
    },
    "layers.grad": ([w1, b1, w2, b2], x, y) => {
      const z = x * w1 + b1;
      const up = b2 + Math.tanh(z) * w2 - y;
      const down = (up * w2) / Math.cosh(z) ** 2;
      return [down * x, down, Math.tanh(z) * up, up];
    },
    "layers.batch": (theta, xs, ys) => {
      const rows = xs.map(
        (x: number, i: number) => layersOracles.alternatives["layers.grad"]!(theta, x, ys[i]) as number[],
      );
      return theta.map(
        (_: number, k: number) => rows.reduce((sum: number, r: number[]) => sum + r[k]!, 0) / xs.length,
      );
    },
    "layers.passes": (widths, steps, method) => {
      const weights = widths.slice(1).reduce((sum: number, w: number, k: number) => sum + w * widths[k], 0);
      const biases = widths.slice(1).reduce((sum: number, w: number) => sum + w, 0);
      return [1, weights + biases + 1, 2 * (weights + biases)][method]! * steps;
    },
  },
  worked: [],
};
