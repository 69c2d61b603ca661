import type { Tensor, TensorLike } from "../tensor.js";
import type { Inputs, Likes, Tensors } from "../tree.js";
import { grad, named, type ScalarFunction, type Single } from "./grad.js";
import { jvp } from "./jvp.js";
import { type AnyFunction, callName, requireFunction } from "./leaves.js";

/**
 * 黑塞矩阵与向量的积 H·v：对梯度函数作前向模式，代价约为一次梯度的常数倍，不必写出整个黑塞矩阵。
 * 对第 0 个参数求导；f 的其余参数写在 v 之后，原样传给 f。
 *
 * @example
 * const f = (x: Tensor) => mul(x, mul(x, x)).sum();
 * hvp(f)([1, 2], [1, 1]).toArray() // => [6, 12]
 */
export function hvp<F extends Single>(
  f: F,
): 0 extends 1 & Parameters<F>[0] ? (x: any, v: any) => any : (x: TensorLike, v: TensorLike) => Tensor;
export function hvp<P, R extends any[]>(
  f: (x: P, ...rest: R) => Tensor,
): (x: Inputs<P>, v: Likes<P>, ...rest: R) => Tensors<P>;
export function hvp(f: ScalarFunction): AnyFunction {
  requireFunction("hvp", f);
  const gradient = grad(f) as AnyFunction;
  return named(
    callName("hvp", f),
    (x: unknown, v: unknown, ...rest: unknown[]) => jvp((p: unknown) => gradient(p, ...rest), [x], [v])[1],
  );
}
