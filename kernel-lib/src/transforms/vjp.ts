import type { LikeArgs, Likes, TensorArgs, Tensors } from "../tree.js";
import { unflatten } from "../tree.js";
import { type AnyFunction, callName, matchTangents, requireFunction } from "./leaves.js";
import { Linearization } from "./linearize.js";

/**
 * 反向模式：返回 [f(x…), pullback]，pullback 把输出的伴随 ct 拉回各输入，即 Jᵀ·ct，结果是数组，一个参数一项。
 * ct 的结构与形状要与 f 的输出一致；pullback 可以调用多次，前向只算一遍。
 *
 * @example
 * const [y, pullback] = vjp((a: Tensor, b: Tensor) => mul(a, b), [1, 2], [3, 4]);
 * const [da, db] = pullback([1, 10]);
 * [y.toArray(), da.toArray(), db.toArray()] // => [[3, 8], [3, 40], [1, 20]]
 */
export function vjp<F extends AnyFunction>(
  f: F,
  ...primals: LikeArgs<Parameters<F>>
): [Tensors<ReturnType<F>>, (ct: Likes<Tensors<ReturnType<F>>>) => TensorArgs<Parameters<F>>] {
  requireFunction("vjp", f);
  const name = callName("vjp", f);
  const lin = new Linearization(
    name,
    f,
    primals,
    primals.map((_, i) => i),
  );
  const pullback = (ct: unknown): any =>
    lin.packInputs(lin.pull(matchTangents(name, lin.structure, lin.values, ct, "伴随值")));
  return [unflatten(lin.structure, lin.values), pullback];
}
