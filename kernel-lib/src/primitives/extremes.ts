import { bind } from "../core/bind.js";
import { asTensor, asTensors } from "../core/convert.js";
import { defineElementwise, type LocalDerivative } from "../core/elementwise.js";
import { jsNumber, wgslNumber } from "../core/literal.js";
import { TiduError } from "../errors.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { mul } from "./arithmetic.js";
import { equal, greater, greaterEqual, less, lessEqual, logicalAnd, where } from "./select.js";

// 胜者得全部梯度，并列时各得一半。
const winner =
  (wins: (a: TensorLike, b: TensorLike) => Tensor, self: 0 | 1): LocalDerivative =>
  (g, _, args) => {
    const [mine, other] = self === 0 ? [args[0]!, args[1]!] : [args[1]!, args[0]!];
    return where(wins(mine, other), g, where(equal(mine, other), mul(0.5, g), 0));
  };

const maximumP = defineElementwise({
  name: "maximum",
  js: ([a, b]) => `Math.max(${a}, ${b})`,
  wgsl: ([a, b]) => `max(${a}, ${b})`,
  d: [winner(greater, 0), winner(greater, 1)],
  result: "same",
});

/**
 * 逐元素取较大者。梯度给较大的一方；并列时各得一半。
 *
 * @example
 * maximum([1, 5], [3, 2]).toArray() // => [3, 5]
 */
export function maximum(a: TensorLike, b: TensorLike): Tensor {
  return bind(maximumP, asTensors(a, b), {});
}

const minimumP = defineElementwise({
  name: "minimum",
  js: ([a, b]) => `Math.min(${a}, ${b})`,
  wgsl: ([a, b]) => `min(${a}, ${b})`,
  d: [winner(less, 0), winner(less, 1)],
  result: "same",
});

/**
 * 逐元素取较小者。梯度给较小的一方；并列时各得一半。
 *
 * @example
 * minimum([1, 5], [3, 2]).toArray() // => [1, 2]
 */
export function minimum(a: TensorLike, b: TensorLike): Tensor {
  return bind(minimumP, asTensors(a, b), {});
}

const clipP = defineElementwise({
  name: "clip",
  js: ([a], { lo, hi }) => `Math.min(Math.max(${a}, ${jsNumber(lo)}), ${jsNumber(hi)})`,
  wgsl: ([a], { lo, hi }) => `clamp(${a}, ${wgslNumber(lo)}, ${wgslNumber(hi)})`,
  d: [(g, _, [x], { lo, hi }) => where(logicalAnd(greaterEqual(x!, lo), lessEqual(x!, hi)), g, 0)],
  result: "same",
});

/**
 * 截断到闭区间 [lo, hi]。导数在区间内（含两端）为 1，区间外为 0。
 * 上下界可以是张量：梯度在区间外流向起作用的那个界。lo > hi 时抛 TIDU-ARG-001。
 *
 * @example
 * clip([-3, 0.5, 3], -1, 1).toArray() // => [-1, 0.5, 1]
 */
export function clip(x: TensorLike, lo: TensorLike, hi: TensorLike): Tensor {
  if (typeof lo === "number" && typeof hi === "number") {
    if (!(lo <= hi)) {
      throw new TiduError("TIDU-ARG-001", `clip：下界 ${lo} 应不大于上界 ${hi}。请检查两个界的次序。`);
    }
    return bind(clipP, [asTensor(x)], { lo, hi });
  }
  const [t, low, high] = asTensors(x, lo, hi);
  return where(less(t!, low!), low!, where(greater(t!, high!), high!, t!));
}
