import { asTensor } from "../core/convert.js";
import { topInterpreter } from "../core/tracer.js";
import { TiduError } from "../errors.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor } from "../tensor.js";
import {
  countLeaves,
  type Flat,
  flattenTensors,
  matchLeaves,
  type Structure,
  type Tensors,
  unflatten,
} from "../tree.js";
import { apply, type Rule } from "./custom-rule.js";
import { type AnyFunction, outputLeaves } from "./leaves.js";

/**
 * 给 f 配上自己的反向：`forward(...args)` 返回 [输出, 残差]，`backward(残差, 输出的伴随)` 返回数组，
 * 一个参数一项（null 表示这个参数没有梯度）；第三个参数 needed[i] 为假时，第 i 个参数的梯度用不着，可以不算。用于数值更稳的公式、手写的融合核、直通估计等。
 * 前向模式由 backward 转置得到，所以两种模式一致；二阶导数来自 forward 与 backward 本身的运算。
 *
 * @example
 * const clipGradient = customVjp(
 *   (x: Tensor) => mul(x, 1),
 *   (x: Tensor) => [mul(x, 1), null],
 *   (_, ct) => [clip(ct, -1, 1)],
 * );
 * grad((x: Tensor) => mul(clipGradient(x), 100))(2).item() // => 1
 */
export function customVjp<F extends AnyFunction, R>(
  f: F,
  forward: (...args: Parameters<F>) => readonly [output: ReturnType<F>, residual: R],
  backward: (residual: R, ct: Tensors<ReturnType<F>>, needed: readonly boolean[]) => readonly unknown[],
): F {
  for (const [what, g] of Object.entries({ f, forward, backward })) {
    if (typeof g === "function") continue;
    throw new TiduError("TIDU-CUSTOM-001", `customVjp(f, forward, backward) 的 ${what} 不是函数。`);
  }
  const name = `customVjp(${f.name || "f"})`;
  const wrapped = (...args: unknown[]): unknown => {
    const input = flattenTensors(args);
    if (topInterpreter(input.leaves) === null) return f(...args);
    let shape: Structure | null = null;
    const open = (output: unknown): Tensor[] => {
      const flat = outputLeaves(name, output);
      shape = flat.structure;
      return flat.leaves;
    };
    const rule: Rule = {
      name,
      call: (leaves) => open(f(...unflatten(input.structure, leaves))),
      forward: (leaves) => {
        const pair = forward(...unflatten(input.structure, leaves));
        if (!Array.isArray(pair) || pair.length !== 2) {
          throw new TiduError("TIDU-CUSTOM-002", `${name}：forward 要返回 [输出, 残差] 两项的数组。`);
        }
        return { out: open(pair[0]), residual: pair[1] };
      },
      backward: (residual, cts, needed) => {
        const grads = backward(residual as R, unflatten(shape!, cts), perArgument(input.structure, needed));
        return matchGradients(name, input, args.length, grads);
      },
    };
    const out = apply(rule, input.leaves);
    return unflatten(shape!, out);
  };
  return Object.defineProperty(wrapped, "name", { value: f.name }) as F;
}

/** 各叶子要不要 → 各参数要不要：有一个叶子要就是要。 */
function perArgument(structure: Structure, needed: readonly boolean[]): boolean[] {
  const children = structure.kind === "array" ? structure.children : [];
  let start = 0;
  return children.map((child) => {
    const end = start + countLeaves(child);
    const any = needed.slice(start, end).includes(true);
    start = end;
    return any;
  });
}

function matchGradients(
  name: string,
  input: Flat<Tensor>,
  count: number,
  grads: readonly unknown[],
): (Tensor | null)[] {
  if (!Array.isArray(grads) || grads.length !== count) {
    const got = Array.isArray(grads) ? `${grads.length} 项` : "不是数组";
    throw new TiduError(
      "TIDU-CUSTOM-003",
      `${name}：backward 要返回数组，一个参数一项，共 ${count} 项（没有梯度的写 null），得到的是${got}。`,
    );
  }
  const leaves = matchLeaves(input.structure, grads, `${name} 的 backward 的返回值`, true);
  return leaves.map((g, i) => {
    if (g === null) return null;
    const x = input.leaves[i]!;
    const t = asTensor(g, x.dtype);
    if (sameShape(t.shape, x.shape)) return t;
    throw new TiduError(
      "TIDU-CUSTOM-004",
      `${name}：backward 给 ${input.paths[i]!.replace(/^x\[(\d+)\]/, (_, n) => `第 ${Number(n) + 1} 个参数`)} 的梯度形状是 ${showShape(t.shape)}，应是 ${showShape(x.shape)}。`,
    );
  });
}
