import { TiduError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import {
  type Flat,
  type LikeArgs,
  type LikeTangents,
  type Structure,
  type Tensors,
  unflatten,
} from "../tree.js";
import {
  type AnyFunction,
  callName,
  callWith,
  floatLeaves,
  matchTangents,
  outputLeaves,
  requireFunction,
  zerosLike,
} from "./leaves.js";
import { VjpInterpreter, type VjpTracer } from "./vjp-interpreter.js";

/** f 在一点处的线性化：输出的值，以及能反放（伴随）也能正放（切向量）的磁带。 */
export class Linearization {
  readonly inputs: readonly Flat<Tensor>[];
  readonly variables: readonly VjpTracer[];
  readonly structure: Structure;
  readonly values: readonly Tensor[];
  private readonly interpreter: VjpInterpreter;
  private readonly outputs: readonly Tensor[];

  /** 对 args 中 argnums 所指的参数线性化；其余参数原样传给 f。 */
  constructor(name: string, f: AnyFunction, args: readonly unknown[], argnums: readonly number[]) {
    const interpreter = new VjpInterpreter();
    const inputs = argnums.map((i) => floatLeaves(name, args[i], argumentName(i, args.length)));
    const variables: VjpTracer[] = [];
    const traced = [...args];
    for (const [k, { leaves, structure }] of inputs.entries()) {
      const own = leaves.map((x) => interpreter.variable(x));
      variables.push(...own);
      traced[argnums[k]!] = unflatten(structure, own);
    }
    try {
      const output = callWith(name, f, traced, (i) => !argnums.includes(i));
      const { leaves, structure } = outputLeaves(name, output);
      this.outputs = leaves;
      this.structure = structure;
    } finally {
      interpreter.active = false;
    }
    this.interpreter = interpreter;
    this.inputs = inputs;
    this.variables = variables;
    this.values = this.outputs.map((y) => interpreter.lower(y));
  }

  /** 输出叶子的伴随 → 输入叶子的伴随；无关的输入得到零。 */
  pull(cts: readonly (Tensor | null)[]): Tensor[] {
    const adjoints = this.interpreter.pullback(this.outputs, cts, this.variables);
    return adjoints.map((a, i) => a ?? zerosLike(this.variables[i]!.value));
  }

  /** 输入叶子的切向量 → 输出叶子的切向量。 */
  push(tangents: readonly (Tensor | null)[]): Tensor[] {
    const out = this.interpreter.pushforward(this.outputs, tangents, this.variables);
    return out.map((t, i) => t ?? zerosLike(this.values[i]!));
  }

  /** 把输入叶子的序列装回各参数的树。 */
  packInputs(leaves: readonly unknown[]): any[] {
    let start = 0;
    return this.inputs.map(({ leaves: own, structure }) => {
      const part = leaves.slice(start, start + own.length);
      start += own.length;
      return unflatten(structure, part);
    });
  }
}

export function argumentName(i: number, count: number): string {
  return count === 1 ? "参数" : `第 ${i + 1} 个参数`;
}

/** argnums 选项 → 参数序号；越界抛 TIDU-GRAD-004。 */
export function resolveArgnums(
  name: string,
  argnums: number | readonly number[] | undefined,
  count: number,
): number[] {
  const list = argnums === undefined ? [0] : typeof argnums === "number" ? [argnums] : [...argnums];
  for (const i of list) {
    if (Number.isInteger(i) && i >= 0 && i < count) continue;
    throw new TiduError(
      "TIDU-GRAD-004",
      count === 0
        ? `${name}：调用时没有给参数，不知道在哪一点求导。`
        : `${name}：argnums 里的 ${i} 超出范围；调用时给了 ${count} 个参数，可用 0 到 ${count - 1}。`,
    );
  }
  if (new Set(list).size < list.length) {
    throw new TiduError("TIDU-GRAD-004", `${name}：argnums [${list.join(", ")}] 里有重复的。`);
  }
  return list;
}

/**
 * 在 primals 处线性化：返回 [f(x), t ↦ J·t]。f 只算一遍，之后每个切向量只走一遍磁带，
 * 适合在同一点推许多方向。
 *
 * @example
 * const [y, push] = linearize((x: Tensor) => mul(x, x), 3);
 * [y.item(), push(1).item(), push(10).item()] // => [9, 6, 60]
 */
export function linearize<F extends AnyFunction>(
  f: F,
  ...primals: LikeArgs<Parameters<F>>
): [Tensors<ReturnType<F>>, (...tangents: LikeTangents<Parameters<F>>) => Tensors<ReturnType<F>>] {
  requireFunction("linearize", f);
  const name = callName("linearize", f);
  const lin = new Linearization(
    name,
    f,
    primals,
    primals.map((_, i) => i),
  );
  const push = (...tangents: unknown[]) => {
    if (tangents.length !== lin.inputs.length) {
      throw new TiduError(
        "TIDU-GRAD-006",
        `${name}：有 ${lin.inputs.length} 个参数，给了 ${tangents.length} 个切向量。`,
      );
    }
    const leaves = lin.inputs.flatMap(({ leaves, structure }, i) =>
      matchTangents(name, structure, leaves, tangents[i], "切向量"),
    );
    return unflatten(lin.structure, lin.push(leaves));
  };
  return [unflatten(lin.structure, lin.values), push];
}
