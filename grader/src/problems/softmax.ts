import type { Vector } from "./vectors.js";

/** 指数归一化；`shift` 是先减去的数。 */
export function normalise(z: Vector, shift: number): Vector {
  const e = z.map((x) => Math.exp(x - shift));
  const total = e.reduce((sum, x) => sum + x, 0);
  return e.map((x) => x / total);
}

/** softmax(s/τ)，先减去最大值，±1e4 也不溢出。分数可以很多，所以不用 Math.max(...s)。 */
export function weights(s: Vector, tau: number): Vector {
  const top = s.reduce((m, x) => Math.max(m, x));
  return normalise(
    s.map((x) => (x - top) / tau),
    0,
  );
}

/** 不减最大值的写法：分数一大就是 ∞/∞ 或 0/0。 */
export const bareWeights = (s: Vector, tau: number): Vector =>
  normalise(
    s.map((x) => x / tau),
    0,
  );
