import { bind } from "../core/bind.js";
import { moveAxis } from "../core/internal.js";
import { definePrimitive, type Primitive } from "../core/primitive.js";
import type { Shape } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** 窗口：大小、每次移动几格、窗口里相邻两格在输入上隔多远；都是 [竖, 横]。 */
export interface Window {
  readonly size: Shape;
  readonly strides: Shape;
  readonly dilation: Shape;
}

// unfold 与 fold 都是线性的，互为转置，所以各阶导数都由这两个得到。

const unfoldP: Primitive<any> = definePrimitive({
  name: "unfold",
  shape: ([x], window: Window & { counts: Shape }) => ({
    shape: [...x!.shape.slice(0, -2), ...window.size, ...window.counts],
    dtype: x!.dtype,
  }),
  jvp: (_, [t], __, params) => t && bind(unfoldP, [t], params),
  vjp: (_, ct, __, [x], params) => bind(foldP, [ct], { ...params, shape: x!.shape.slice(-2) }),
  batch: ([x], [dim], params) => ({ out: bind(unfoldP, [moveAxis(x!, dim!, 0)], params), dim: 0 }),
});

const foldP: Primitive<any> = definePrimitive({
  name: "fold",
  shape: ([x], { shape }) => ({ shape: [...x!.shape.slice(0, -4), ...shape], dtype: x!.dtype }),
  jvp: (_, [t], __, params) => t && bind(foldP, [t], params),
  vjp: (_, ct, __, ___, { shape: _shape, ...params }) => bind(unfoldP, [ct], params),
  batch: ([x], [dim], params) => ({ out: bind(foldP, [moveAxis(x!, dim!, 0)], params), dim: 0 }),
});

/** 全部窗口：[..., H, W] → [..., kh, kw, H′, W′]，counts = [H′, W′]。tfjs 没有它的核。 */
export function unfold(x: Tensor, window: Window, counts: Shape): Tensor {
  const { size, strides, dilation } = window;
  return bind(unfoldP, [x], { size, strides, dilation, counts });
}

/** unfold 的转置：各窗口的值加回 [..., H, W]，重叠处累加。 */
export function fold(patches: Tensor, window: Window, shape: Shape): Tensor {
  const { size, strides, dilation } = window;
  return bind(foldP, [patches], { size, strides, dilation, counts: patches.shape.slice(-2), shape });
}
