import { withBatch } from "../core/batching.js";
import { sumTo } from "../core/internal.js";
import { type Interpreter, Tracer, topInterpreter } from "../core/tracer.js";
import { TiduError } from "../errors.js";
import type { Tensor } from "../tensor.js";
import { type Flat, flattenTensors, unflatten } from "../tree.js";
import { BatchInterpreter, BatchTracer } from "./batch-interpreter.js";
import { CheckpointInterpreter } from "./checkpoint-interpreter.js";
import { JvpInterpreter, JvpTracer } from "./jvp-interpreter.js";
import { zerosLike } from "./leaves.js";
import { vjp } from "./vjp.js";
import { VjpInterpreter, type VjpTracer } from "./vjp-interpreter.js";

/** 一条自带反向的规则，参数与结果都已展平成叶子。 */
export interface Rule {
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

/** 逐层剥开：每层变换各有办法，剥到具体张量或计算图时就直接求值。 */
export function apply(rule: Rule, leaves: readonly Tensor[]): Tensor[] {
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
