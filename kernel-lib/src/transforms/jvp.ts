import { TiduError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { type LikeArgs, type LikeTangents, type Tensors, unflatten } from "../tree.js";
import { JvpInterpreter, JvpTracer } from "./jvp-interpreter.js";
import {
  type AnyFunction,
  callName,
  floatLeaves,
  matchTangents,
  outputLeaves,
  requireFunction,
  zerosLike,
} from "./leaves.js";
import { argumentName } from "./linearize.js";

type Primals<F extends AnyFunction> = LikeArgs<Parameters<F>>;

/**
 * 前向模式：返回 [f(x…), J·t]。primals 与 tangents 都是数组，一个参数一项，切向量与参数同结构、同形状。
 *
 * @example
 * const [y, dy] = jvp((x: Tensor) => mul(x, x), [3], [2]);
 * [y.item(), dy.item()] // => [9, 12]
 */
export function jvp<F extends AnyFunction>(
  f: F,
  primals: Primals<F>,
  tangents: LikeTangents<Parameters<F>>,
): [Tensors<ReturnType<F>>, Tensors<ReturnType<F>>] {
  requireFunction("jvp", f);
  const name = callName("jvp", f);
  if (!Array.isArray(primals) || !Array.isArray(tangents)) {
    throw new TiduError(
      "TIDU-GRAD-006",
      `${name}：参数与切向量都要放进数组，一个参数一项，如 jvp(f, [x], [t])。`,
    );
  }
  if (primals.length !== tangents.length) {
    throw new TiduError(
      "TIDU-GRAD-006",
      `${name}：有 ${primals.length} 个参数，给了 ${tangents.length} 个切向量。`,
    );
  }
  const interpreter = new JvpInterpreter();
  const traced = primals.map((arg, i) => {
    const { leaves, structure } = floatLeaves(name, arg, argumentName(i, primals.length));
    const ts = matchTangents(name, structure, leaves, tangents[i], "切向量");
    return unflatten(
      structure,
      leaves.map((x, k) => new JvpTracer(interpreter, x, ts[k]!)),
    );
  });
  let output: ReturnType<typeof outputLeaves>;
  try {
    output = outputLeaves(name, f(...traced));
  } finally {
    interpreter.active = false;
  }
  const { leaves, structure } = output;
  const own = (y: Tensor): y is JvpTracer => y instanceof JvpTracer && y.interpreter === interpreter;
  const values = leaves.map((y) => (own(y) ? y.primal : y));
  const derivatives = leaves.map((y, i) => (own(y) ? y.tangent : null) ?? zerosLike(values[i]!));
  return [unflatten(structure, values), unflatten(structure, derivatives)];
}
