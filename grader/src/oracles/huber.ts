import { grad, huber, maximum, mean, minimum } from "@tidu/kernel-lib";
import type { Oracles } from "../problem.js";

const minus = (x: number[], y: number[]) => x.map((v, i) => v - y[i]!);

export const huberOracles: Oracles = {
  library: {
    "huber.value": (e, d) => huber(e, d).item(),
    "huber.grad": (e, d) => grad((x: any) => huber(x, d))(e).item(),
    "huber.batch": (pred, target, d) => grad((y: any) => mean(huber(y.sub(target), d)))(pred).toArray(),
    "huber.delta": (es, d) => grad((x: any) => mean(huber(es, x)))(d).item(),
    "huber.weighted": (pred, target, w, d, m) => {
      const total = w.reduce((sum: number, x: number) => sum + x, 0);
      const f = (y: any) =>
        huber(y.sub(target), d)
          .mul(w)
          .sum()
          .div(m === 1 ? total : 1);
      return grad(f)(pred).toArray();
    },
    "huber.curve": (es, ds) => ds.map((d: number) => grad((x: any) => mean(huber(es, x)))(d).item()),
    "huber.gpu": (es, d) => grad((x: any) => huber(x, d).sum())(es).toArray(),
  },
  alternatives: {
    "huber.weighted": (pred, target, w, d, m) => {
      const whole = m > 0 ? w.reduce((a: number, b: number) => a + b) : 1;
      return minus(pred, target).map((e, i) => (Math.abs(e) < d ? e : e < 0 ? -d : d) * (w[i] / whole));
    },
    "huber.curve": (es, ds) =>
      ds.map((d: number) => {
        let sum = 0;
        for (const e of es) if (e > d || e < -d) sum += Math.abs(e) - d;
        return sum / es.length;
      }),
    "huber.gpu": (e, d) => minimum(maximum(e, -d), d),

    "huber.value": (e, d) => (Math.abs(e) < d ? 0.5 * e ** 2 : d * Math.abs(e) - 0.5 * d * d),
    "huber.grad": (e, d) => (Math.abs(e) < d ? e : d * Math.sign(e)),
    "huber.batch": (pred, target, d) =>
      Float64Array.from(minus(pred, target), (e) =>
        Math.abs(e) >= d ? Math.sign(e) * (d / pred.length) : e / pred.length,
      ) as any,
    "huber.delta": (es, d) =>
      es.reduce((s: number, e: number) => s + (Math.abs(e) > d ? Math.abs(e) - d : 0) / es.length, 0),
  },
  worked: [
    ["huber.weighted", [[1.5, -2, 4], [1, 1, 0], [1, 1, 2], 1, 0], [0.5, -1, 2]],
    ["huber.weighted", [[1.5, -2, 4], [1, 1, 0], [1, 1, 2], 1, 1], [0.125, -0.25, 0.5]],
    ["huber.pseudo", [2], 1.2],
    [
      "huber.curve",
      [
        [0.5, -3, 4],
        [1, 3.5],
      ],
      [5 / 3, 1 / 6],
    ],
    ["huber.value", [1, 1.5], 0.5],
    ["huber.value", [-3, 1.5], 3.375],
    ["huber.grad", [1, 1.5], 1],
    ["huber.grad", [-3, 1.5], -1.5],
    ["huber.batch", [[1.5, -2, 4], [1, 1, 0], 1], [1 / 6, -1 / 3, 1 / 3]],
    ["huber.delta", [[0.5, -3, 4], 1], 5 / 3],
  ],
};
