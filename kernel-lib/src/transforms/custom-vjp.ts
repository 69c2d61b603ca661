import { withBatch } from "../core/batching.js";
import { asTensor } from "../core/convert.js";
import { sumTo } from "../core/internal.js";
import { type Interpreter, Tracer, topInterpreter } from "../core/tracer.js";
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
import { BatchInterpreter, BatchTracer } from "./batch-interpreter.js";
import { CheckpointInterpreter } from "./checkpoint-interpreter.js";
import { JvpInterpreter, JvpTracer } from "./jvp-interpreter.js";
import { type AnyFunction, outputLeaves, zerosLike } from "./leaves.js";
import { vjp } from "./vjp.js";
import { VjpInterpreter, type VjpTracer } from "./vjp-interpreter.js";

/** 一条自带反向的规则，参数与结果都已展平成叶子。 */
interface Rule {
  readonly name: string;
  readonly call: (leaves: readonly Tensor[]) => Tensor[];
  readonly forward: (leaves: readonly Tensor[]) => { out: Tensor[]; residual: unknown };
  /** 输出的伴随 → 各参数叶子的伴随，null 表示零；needed[i] 为假的叶子不用算。 */
  readonly backward: (
    residual: unknown,
    cts: readonly Tensor[],
    needed: readonly boolean[],
  ) => (Tensor | null)[];
}

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

/** 逐层剥开：每层变换各有办法，剥到具体张量或计算图时就直接求值。 */
function apply(rule: Rule, leaves: readonly Tensor[]): Tensor[] {
  const top = topInterpreter(leaves);
  if (top instanceof VjpInterpreter) return applyVjp(rule, leaves, top);
  if (top instanceof JvpInterpreter) return applyJvp(rule, leaves, top);
  if (top instanceof BatchInterpreter) return applyBatch(rule, leaves, top);
  if (top instanceof CheckpointInterpreter) {
    const values = leaves.map((x) => top.lower(x));
    return top.outside(() => apply(rule, values)).map((y) => top.wrap(y));
  }
  return rule.call(leaves);
}

/** 输出与残差。外面还有变换时，输出要再走一次本规则，否则外层会绕过它去导 forward。 */
function run(rule: Rule, values: readonly Tensor[]): { out: Tensor[]; residual: unknown } {
  const result = rule.forward(values);
  return needsRule(topInterpreter(values)) ? { out: apply(rule, values), residual: result.residual } : result;
}

function needsRule(top: Interpreter | null): boolean {
  return top !== null && top.kind !== "graph";
}

/** forward 若在闭包里用了正在求导的量，它的梯度无处可去：宁可报错。 */
function refuseClosure(rule: Rule, out: readonly Tensor[], level: Interpreter): void {
  if (!out.some((y) => y instanceof Tracer && y.interpreter === level)) return;
  throw new TiduError(
    "TIDU-CUSTOM-005",
    `${rule.name}：函数在闭包里用到了正在求导的量，backward 管不到它。请把它作为参数传进来。`,
  );
}

function applyVjp(rule: Rule, leaves: readonly Tensor[], level: VjpInterpreter): Tensor[] {
  const inputs = leaves.map((x) => lifted(x, level) as VjpTracer);
  const values = inputs.map((x) => x.value);
  if (inputs.every((x) => x.index < 0)) return apply(rule, values).map((y) => level.lift(y));
  const { out, residual } = run(rule, values);
  refuseClosure(rule, out, level);
  const needed = inputs.map((x) => x.index >= 0);
  const pull = (cts: readonly (Tensor | null)[]) =>
    rule.backward(
      residual,
      cts.map((ct, i) => ct ?? zerosLike(out[i]!)),
      needed,
    );
  return level.record(out, inputs, {
    pull,
    push: (ts) => transpose(pull, out, values, ts),
  });
}

function applyJvp(rule: Rule, leaves: readonly Tensor[], level: JvpInterpreter): Tensor[] {
  const inputs = leaves.map((x) => lifted(x, level) as JvpTracer);
  const values = inputs.map((x) => x.primal);
  if (inputs.every((x) => x.tangent === null)) return apply(rule, values).map((y) => level.lift(y));
  const { out, residual } = run(rule, values);
  refuseClosure(rule, out, level);
  const dy = transpose(
    (cts) =>
      rule.backward(
        residual,
        cts,
        inputs.map((x) => x.tangent !== null),
      ),
    out,
    values,
    inputs.map((x) => x.tangent),
  );
  return out.map((y, i) => new JvpTracer(level, y, dy[i]!));
}

/** backward 对伴随是线性的：ct ↦ Jᵀct。它自己的反向就是 t ↦ J·t。 */
function transpose(
  pull: (cts: readonly Tensor[]) => readonly (Tensor | null)[],
  out: readonly Tensor[],
  values: readonly Tensor[],
  tangents: readonly (Tensor | null)[],
): Tensor[] {
  const linear = (...cts: Tensor[]): Tensor[] => pull(cts).map((g, i) => g ?? zerosLike(values[i]!));
  const [, pullback] = vjp(linear, ...out.map(zerosLike));
  return pullback(tangents.map((t, i) => t ?? zerosLike(values[i]!))) as Tensor[];
}

/** 批处理：forward 与 backward 各自分批；没有批轴的参数，梯度沿批轴求和。 */
function applyBatch(rule: Rule, leaves: readonly Tensor[], level: BatchInterpreter): Tensor[] {
  const inputs = leaves.map((x) => lifted(x, level) as BatchTracer);
  const values = inputs.map((x) => (x.dim === null ? x.value : withBatch(x.value, x.dim, level.batchSize)));
  const mapped = inputs.map((x) => x.dim !== null);
  if (!mapped.includes(true)) return apply(rule, values).map((y) => level.lift(y));
  const size = level.batchSize;
  /** 在一层新的批处理里执行 body；out 的批轴一律放到最前。 */
  const batched = <T>(
    body: (enter: (xs: readonly Tensor[]) => Tensor[], leave: (y: Tensor) => Tensor) => T,
  ): T => {
    const inner = new BatchInterpreter(size);
    const leave = (y: Tensor): Tensor => {
      const own = y instanceof BatchTracer && y.interpreter === inner;
      return withBatch(own ? y.value : y, own ? y.dim : null, size);
    };
    try {
      return body((xs) => xs.map((x, i) => (mapped[i] ? new BatchTracer(inner, x, 0) : x)), leave);
    } finally {
      inner.active = false;
    }
  };
  const wide: Rule = {
    name: rule.name,
    call: (xs) => batched((enter, leave) => rule.call(enter(xs)).map(leave)),
    forward: (xs) =>
      batched((enter, leave) => {
        const { out, residual } = rule.forward(enter(xs));
        const flat = flattenTensors(residual);
        // 残差里的张量都带上批轴，反向时再放进新的一层批处理。
        return { out: out.map(leave), residual: { ...flat, leaves: flat.leaves.map(leave) } };
      }),
    backward: (residual, cts, needed) => {
      const flat = residual as Flat<Tensor>;
      const inner = new BatchInterpreter(size);
      const enter = (x: Tensor) => new BatchTracer(inner, x, 0);
      try {
        const grads = rule.backward(
          unflatten(flat.structure, flat.leaves.map(enter)),
          cts.map(enter),
          needed,
        );
        return grads.map((g, i) => {
          if (g === null) return null;
          const own = g instanceof BatchTracer && g.interpreter === inner;
          const full = withBatch(own ? g.value : g, own ? g.dim : null, size);
          return mapped[i] ? full : sumTo(full, values[i]!.shape);
        });
      } finally {
        inner.active = false;
      }
    },
  };
  return apply(wide, values).map((y) => new BatchTracer(level, y, 0));
}

function lifted(x: Tensor, level: Interpreter): Tensor {
  return x instanceof Tracer && x.interpreter === level ? x : level.lift(x);
}
