import { type ConvOptions, conv2d as convolve } from "../functions/convolution.js";
import { zeros } from "../functions/creation.js";
import { add } from "../primitives/arithmetic.js";
import { reshape } from "../primitives/layout.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { heNormal, type Initialiser } from "./initialisers.js";

/** 卷积层的参数：核与偏置。 */
export interface Conv2dParams {
  /** [出, 入/groups, kh, kw] */
  readonly w: Tensor;
  /** [出] */
  readonly b?: Tensor;
}

/** 卷积层初始化的选项。 */
export interface Conv2dOptions {
  readonly groups?: number;
  /** 缺省有偏置。 */
  readonly bias?: boolean;
  /** 核的初始化，缺省 heNormal。 */
  readonly kernel?: Initialiser;
}

/**
 * 二维卷积层：输入 [N, 入, H, W]，输出 [N, 出, H′, W′]。groups 等于入通道数时是逐通道卷积；
 * apply 的选项（步长、补边、间隔、groups）同函数 conv2d，groups 两处要一致。
 *
 * @example
 * const params = conv2d.init(key(0), 3, 8, 3);
 * conv2d.apply(params, zeros([1, 3, 6, 6]), { padding: "same" }).shape // => [1, 8, 6, 6]
 */
export const conv2d = {
  init(
    key: Tensor,
    inputs: number,
    outputs: number,
    size: number | readonly [number, number],
    options: Conv2dOptions = {},
  ): Conv2dParams {
    const { groups = 1, bias = true, kernel = heNormal } = options;
    const window = typeof size === "number" ? [size, size] : size;
    const w = kernel(key, [outputs, inputs / groups, ...window]);
    return bias ? { w, b: zeros([outputs]) } : { w };
  },
  apply(
    params: { readonly w: TensorLike; readonly b?: TensorLike },
    x: TensorLike,
    options: ConvOptions = {},
  ): Tensor {
    const y = convolve(x, params.w, options);
    return params.b === undefined ? y : add(y, reshape(params.b, [-1, 1, 1]));
  },
};
