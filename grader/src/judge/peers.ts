import type { Rng } from "../random.js";

// 同类工具公开的判断规则，照它们的缺省参数重写；只用来对照，判分不用。

type Scalar = (x: number[]) => number;

/** numpy 与 torch 的 allclose：|a − b| ≤ atol + rtol·|b|。NaN 不通过。 */
const allclose = (a: number, b: number, atol: number, rtol: number) =>
  Math.abs(a - b) <= atol + rtol * Math.abs(b);

/** torch.autograd.gradcheck（float64）：逐个坐标中心差分，eps 1e-6，atol 1e-5，rtol 1e-3。 */
export function gradcheckAccepts(f: Scalar, x: number[], claim: number[]): boolean {
  const eps = 1e-6;
  return x.every((v, i) => {
    const slope = (f(x.with(i, v + eps)) - f(x.with(i, v - eps))) / (2 * eps);
    return allclose(claim[i]!, slope, 1e-5, 1e-3);
  });
}

/** jax.test_util.check_grads（float64）：沿一个随机方向中心差分，eps 1e-4，atol 与 rtol 都是 1e-5。 */
export function checkGradsAccepts(f: Scalar, x: number[], claim: number[], rng: Rng): boolean {
  const eps = 1e-4;
  const direction = x.map(() => rng.normal());
  const at = (sign: number) => f(x.map((v, i) => v + sign * eps * direction[i]!));
  const slope = (at(1) - at(-1)) * (0.5 / eps);
  const along = claim.reduce((sum, g, i) => sum + g * direction[i]!, 0);
  return allclose(along, slope, 1e-5, 1e-5);
}
