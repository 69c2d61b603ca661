import { asTensor } from "../core/convert.js";
import { div, mul, sub } from "../primitives/arithmetic.js";
import { exp, log } from "../primitives/exponential.js";
import { type Axis, sum } from "../primitives/reductions.js";
import { normalizeAxes } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused } from "../transforms/fused.js";
import { shift } from "./statistics.js";

const keep = { keepDims: true } as const;

/**
 * 沿 axis 轴（缺省末轴）归一化指数：eˣ / Σ eˣ。雅可比矩阵 diag(a) − a aᵀ。先减去最大值，大分数也稳定。
 * 在 webgpu 上沿末轴的前向与反向各是一个融合核。
 *
 * @example
 * softmax([0, 0]).toArray() // => [0.5, 0.5]
 */
export function softmax(x: TensorLike, axis: Axis = -1): Tensor {
  const t = asTensor(x);
  return lastOnly(t, axis, "softmax") && mayFuse([t]) ? fusedSoftmax(t) : composedSoftmax(t, axis);
}

/**
 * ln softmax(x) = x − logsumexp(x)，概率极小时也不会变成 −∞。在 webgpu 上沿末轴的前向与反向各是一个融合核。
 *
 * @example
 * logSoftmax([0, -10000]).toArray() // => [0, -10000]
 */
export function logSoftmax(x: TensorLike, axis: Axis = -1): Tensor {
  const t = asTensor(x);
  return lastOnly(t, axis, "logSoftmax") && mayFuse([t]) ? fusedLogSoftmax(t) : composedLogSoftmax(t, axis);
}

function composedSoftmax(t: Tensor, axis: Axis): Tensor {
  const e = exp(sub(t, shift(t, axis)));
  return div(e, sum(e, axis, keep));
}

function composedLogSoftmax(t: Tensor, axis: Axis): Tensor {
  const centred = sub(t, shift(t, axis));
  return sub(centred, log(sum(exp(centred), axis, keep)));
}

function lastOnly(t: Tensor, axis: Axis, name: string): boolean {
  const axes = normalizeAxes(name, axis, t.rank);
  return axes.length === 1 && axes[0] === t.rank - 1;
}

/** 反向只用输出：a∘(g − ⟨a, g⟩)，取对数的是 g − a·Σg。 */
const fusedSoftmax = withKernels(false, composedSoftmax, (y, g) => mul(y, sub(g, sum(mul(y, g), -1, keep))));
const fusedLogSoftmax = withKernels(true, composedLogSoftmax, (y, g) =>
  sub(g, mul(exp(y), sum(g, -1, keep))),
);

function withKernels(
  log: boolean,
  composed: (x: Tensor, axis: Axis) => Tensor,
  backward: (y: Tensor, g: Tensor) => Tensor,
): (x: Tensor) => Tensor {
  const forward: (x: Tensor) => Tensor = customVjp(
    (x: Tensor): Tensor => runFused("softmax", [x], { log })?.[0] ?? composed(x, -1),
    (x: Tensor): [Tensor, Tensor] => {
      const y = forward(x);
      return [y, y];
    },
    (y, g) => [runFused("softmaxBackward", [y, g], { log })?.[0] ?? backward(y, g)],
  );
  return forward;
}
