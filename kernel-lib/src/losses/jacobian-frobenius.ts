// 雅可比矩阵的弗罗贝尼乌斯范数（J. Hoffman 等, Robust Learning with Jacobian Regularization, 2019）
//
//   ‖J‖²_F = Σᵢⱼ (∂yᵢ/∂xⱼ)² = Σᵢ ‖Jᵀeᵢ‖²，一个输出分量一次反向传播。
// 输出很多时用 Hutchinson 估计：v 的各分量独立、均值 0、方差 1，则 E[vvᵀ] = I，
//   E‖Jᵀv‖² = E[vᵀJJᵀv] = tr(JJᵀ) = ‖J‖²_F，
// 取几个 v 平均即得无偏估计。

import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { mean } from "../functions/index.js";
import { square, sum } from "../primitives/index.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { jacrev } from "../transforms/jacobian.js";
import { vjp } from "../transforms/vjp.js";
import { vmap } from "../transforms/vmap.js";

/** jacobianFrobenius 的选项：精确计算，或用投影估计。 */
export interface FrobeniusOptions {
  /** 投影向量，形状 [次数, ...输出形状]，各分量均值 0、方差 1。给了它就用 Hutchinson 估计，不给就精确计算。 */
  readonly projections?: TensorLike;
}

/**
 * 雅可比矩阵的弗罗贝尼乌斯范数的平方 ‖∂f/∂x‖²_F，一个标量；可以再对 f 里的参数求导，用作正则项。
 * f 的输出应是一个张量，否则抛 TIDU-LOSS-009。
 *
 * @example
 * const A = tensor([[1, 2], [3, 4]]);
 * jacobianFrobenius((x: Tensor) => matmul(A, x), [5, 6]).item() // => 30
 */
export function jacobianFrobenius(
  f: (x: Tensor) => Tensor,
  x: TensorLike,
  options: FrobeniusOptions = {},
): Tensor {
  const { projections } = options;
  if (projections === undefined) return sum(square(jacrev(f)(x)));
  const [y, pullback] = vjp(f, x);
  const v = asTensor(projections);
  if (v.rank !== y.rank + 1) {
    throw new TiduError(
      "TIDU-LOSS-009",
      `jacobianFrobenius：projections 的形状应是 [次数, ...输出形状]，输出有 ${y.rank} 个轴，projections 有 ${v.rank} 个。`,
    );
  }
  return mean(vmap((one: Tensor) => sum(square(pullback(one)[0])))(v));
}
