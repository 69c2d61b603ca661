import { topInterpreter, withAmbient } from "../core/tracer.js";
import type { Tensor } from "../tensor.js";
import { flattenTensors, type Structure, unflatten } from "../tree.js";
import { CheckpointInterpreter } from "./checkpoint-interpreter.js";
import { named } from "./grad.js";
import { type AnyFunction, callName, outputLeaves, requireFunction, zerosLike } from "./leaves.js";
import { Linearization } from "./linearize.js";
import { VjpInterpreter, VjpTracer } from "./vjp-interpreter.js";

/**
 * 检查点：f 的中间结果不留在磁带上，反向时再算一遍。以一次重算换内存，值与梯度都不变。
 * f 可以在闭包里用到求导变量。前向模式不需要留中间结果，所以不受影响。
 *
 * @example
 * const block = checkpoint((x: Tensor) => exp(mul(x, x)));
 * grad((x: Tensor) => block(block(x)))(0).item() // => 0
 */
export function checkpoint<F extends AnyFunction>(f: F): F {
  requireFunction("checkpoint", f);
  const name = callName("checkpoint", f);
  return named(name, ((...args: unknown[]) => {
    const input = flattenTensors(args);
    const level = topInterpreter(input.leaves);
    if (!(level instanceof VjpInterpreter)) return f(...args);

    const own = input.leaves.map((x) =>
      x instanceof VjpTracer && x.interpreter === level ? x : level.lift(x),
    );
    const values = own.map((x) => x.value);
    const captured: VjpTracer[] = [];
    const capture = (x: Tensor): Tensor => {
      if (!(x instanceof VjpTracer) || x.interpreter !== level) return x;
      if (x.index >= 0 && !captured.includes(x)) captured.push(x);
      return x.value;
    };
    const first = execute(name, f, input.structure, values, capture);

    const replay = (): Linearization => {
      const g = (xs: Tensor[], closed: Tensor[]): Tensor[] => {
        const substitute = (x: Tensor): Tensor => {
          if (!(x instanceof VjpTracer) || x.interpreter !== level) return x;
          const i = captured.indexOf(x);
          return i < 0 ? x.value : closed[i]!;
        };
        return execute(name, f, input.structure, xs, substitute).leaves;
      };
      const argnums = captured.length > 0 ? [0, 1] : [0];
      return new Linearization(name, g as AnyFunction, [values, captured.map((x) => x.value)], argnums);
    };
    const inputs = [...own, ...captured];
    const outputs = level.record(first.leaves, inputs, {
      pull: (cts) => replay().pull(cts),
      push: (ts) => replay().push(ts.map((t, i) => t ?? zerosLike(inputs[i]!.value))),
    });
    return unflatten(first.structure, outputs);
  }) as F);
}

function execute(
  name: string,
  f: AnyFunction,
  structure: Structure,
  values: readonly Tensor[],
  replace: (x: Tensor) => Tensor,
): { leaves: Tensor[]; structure: Structure } {
  const interpreter = new CheckpointInterpreter(replace);
  try {
    const args = unflatten(
      structure,
      values.map((v) => interpreter.wrap(v)),
    );
    const out = withAmbient(interpreter, () => outputLeaves(name, f(...args)));
    return { leaves: out.leaves.map((y) => interpreter.lower(y)), structure: out.structure };
  } finally {
    interpreter.active = false;
  }
}
