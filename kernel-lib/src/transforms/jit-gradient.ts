import { topInterpreter } from "../core/tracer.js";
import { isFloat } from "../dtype.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { flattenTensors, unflatten } from "../tree.js";
import { customVjp } from "./custom-vjp.js";
import type { AnyFunction } from "./leaves.js";
import { vjp } from "./vjp.js";
import { VjpInterpreter, VjpTracer } from "./vjp-interpreter.js";

/** 剥去各层反向模式后的具体张量；中间隔着别的变换时为 null。 */
function peel(x: Tensor): ArrayTensor | null {
  let y = x;
  while (y instanceof VjpTracer) y = y.value;
  return y instanceof ArrayTensor ? y : null;
}

/** 参数里的追踪值只来自 grad、vjp 时，返回剥成具体张量的参数；否则 null。 */
export function peelArguments(args: readonly unknown[]): unknown[] | null {
  const { leaves, structure } = flattenTensors([...args]);
  if (!(topInterpreter(leaves) instanceof VjpInterpreter)) return null;
  const values = leaves.map(peel);
  return values.every((x) => x !== null) ? unflatten(structure, values) : null;
}

/**
 * 给编译好的函数配上编译好的反向：grad(jit(f)) 的前向与反向各是一次编译好的调用，反向里重算一遍前向。
 * compile 是 jit 本身（从外面传入，免得循环引用）。
 */
export function withCompiledGradient(
  f: AnyFunction,
  compiled: AnyFunction,
  compile: <F extends AnyFunction>(f: F) => F,
): AnyFunction {
  const pull = compile((args: unknown[], ct: unknown) => {
    const { leaves, structure } = flattenTensors(args);
    const active = leaves.flatMap((x, i) => (isFloat(x.dtype) ? [i] : []));
    const inner = (...xs: Tensor[]): unknown => {
      const next = [...leaves];
      for (const [k, i] of active.entries()) next[i] = xs[k]!;
      return f(...unflatten(structure, next));
    };
    const [, back] = vjp(inner, ...active.map((i) => leaves[i]!));
    const gradients = (back as (ct: unknown) => Tensor[])(ct);
    return unflatten(
      structure,
      leaves.map((_, i) => (active.includes(i) ? gradients[active.indexOf(i)]! : null)),
    );
  });
  return customVjp(
    compiled,
    (...args: unknown[]) => [compiled(...args), args] as const,
    (args, ct) => pull(args, ct),
  );
}
