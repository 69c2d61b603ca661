import type { TensorLike } from "../tensor.js";

import type { Tensors } from "../tree.js";
import { type DiffArgs, grad, named, type OfSingle, type ScalarFunction, type Single } from "./grad.js";
import { type JacobianOptions, jacfwd, requireOne } from "./jacobian.js";
import { type AnyFunction, callName, requireFunction } from "./leaves.js";

/** 参数树套参数树：H.w.b 是 ∂²f/∂w∂b。 */
export type Hessian<P, Q = P> = 0 extends 1 & P
  ? any
  : P extends TensorLike
    ? Tensors<Q>
    : P extends object
      ? { [K in keyof P]: Hessian<P[K], Q> }
      : P;

/**
 * 黑塞矩阵 H[i…, j…] = ∂²f/∂xᵢ∂xⱼ，形状是 [...x 的形状, ...x 的形状]：对梯度再取前向雅可比。
 * 只对一个参数（缺省第 0 个）求导，其余参数原样传给 f。
 *
 * @example
 * const f = (x: Tensor) => mul(x, mul(x, x)).sum();
 * hessian(f)([1, 2]).toArray() // => [[6, 0], [0, 12]]
 */
export function hessian<F extends Single>(f: F): OfSingle<F>;
export function hessian<F extends ScalarFunction, const A extends number = 0>(
  f: F,
  options?: JacobianOptions<A>,
): (...args: DiffArgs<Parameters<F>, A>) => Hessian<Parameters<F>[A]>;
export function hessian(f: ScalarFunction, options: JacobianOptions = {}): AnyFunction {
  requireFunction("hessian", f);
  requireOne(callName("hessian", f), options);
  return named(callName("hessian", f), jacfwd(grad(f, options) as AnyFunction, options));
}
