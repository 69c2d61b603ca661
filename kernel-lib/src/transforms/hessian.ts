import type { Tensor, TensorLike } from "../tensor.js";
import type { Likes, Tensors } from "../tree.js";
import { grad, named, type ScalarFunction } from "./grad.js";
import { jacfwd } from "./jacobian.js";
import { type AnyFunction, callName, requireFunction } from "./leaves.js";

/** 参数树套参数树：H.w.b 是 ∂²f/∂w∂b。 */
export type Hessian<P, Q = P> = P extends TensorLike
  ? Tensors<Q>
  : P extends object
    ? { [K in keyof P]: Hessian<P[K], Q> }
    : P;

/**
 * 黑塞矩阵 H[i…, j…] = ∂²f/∂xᵢ∂xⱼ，形状是 [...x 的形状, ...x 的形状]：对梯度再取前向雅可比。
 *
 * @example
 * const f = (x: Tensor) => mul(x, mul(x, x)).sum();
 * hessian(f)([1, 2]).toArray() // => [[6, 0], [0, 12]]
 */
export function hessian(f: (x: Tensor) => Tensor): (x: TensorLike) => Tensor;
export function hessian<P>(f: (x: P) => Tensor): (x: Likes<P>) => Hessian<P>;
export function hessian(f: ScalarFunction): AnyFunction {
  requireFunction("hessian", f);
  return named(callName("hessian", f), jacfwd(grad(f) as AnyFunction));
}
