import { bind } from "../core/bind.js";
import { add } from "../core/internal.js";
import { missingRule, type Params, type Primitive } from "../core/primitive.js";
import { Interpreter, WrappingTracer } from "../core/tracer.js";
import type { Tensor } from "../tensor.js";

type Maybe = Tensor | null;

/** 磁带上的一条：几个输入怎样得到几个输出。倒着放是反向传播，顺着放是切向量前推。 */
export interface TapeEntry {
  readonly inputs: readonly VjpTracer[];
  readonly outputs: readonly VjpTracer[];
  /** 输出的伴随 → 输入的伴随；null 表示恒为零。 */
  pull(cts: readonly Maybe[]): readonly Maybe[];
  /** 输入的切向量 → 输出的切向量。 */
  push(tangents: readonly Maybe[]): readonly Maybe[];
}

/** 反向模式的追踪值：原值，以及它是否依赖于求导变量。 */
export class VjpTracer extends WrappingTracer {
  readonly interpreter: VjpInterpreter;
  /** 在磁带上的编号；−1 表示与求导变量无关的常量。 */
  readonly index: number;

  constructor(interpreter: VjpInterpreter, value: Tensor, index: number) {
    super(value);
    this.interpreter = interpreter;
    this.index = index;
  }
}

/** 一次原语调用：局部导数由原语表给出，反向时才去算。 */
class PrimitiveEntry implements TapeEntry {
  readonly inputs: readonly VjpTracer[];
  readonly outputs: readonly [VjpTracer];
  private readonly primitive: Primitive<any>;
  private readonly params: Params;

  constructor(
    primitive: Primitive<any>,
    params: Params,
    inputs: readonly VjpTracer[],
    outputs: readonly [VjpTracer],
  ) {
    this.primitive = primitive;
    this.params = params;
    this.inputs = inputs;
    this.outputs = outputs;
  }

  pull([ct]: readonly Maybe[]): Maybe[] {
    const { vjp } = this.primitive;
    if (!vjp) throw missingRule(this.primitive, "vjp");
    const values = this.inputs.map((x) => x.value);
    const out = this.outputs[0].value;
    return this.inputs.map((x, i) => (x.index < 0 ? null : vjp(i, ct!, out, values, this.params)));
  }

  push(tangents: readonly Maybe[]): Maybe[] {
    const { jvp } = this.primitive;
    if (!jvp) throw missingRule(this.primitive, "jvp");
    return [
      jvp(
        this.inputs.map((x) => x.value),
        tangents,
        this.outputs[0].value,
        this.params,
      ),
    ];
  }
}

/** 求值时把每个原语记到磁带上。反向与前推都是循环，步数再多也不会爆栈。 */
export class VjpInterpreter extends Interpreter {
  readonly kind = "vjp";
  private readonly tape: TapeEntry[] = [];
  private count = 0;

  variable(value: Tensor): VjpTracer {
    return new VjpTracer(this, value, this.count++);
  }

  override lift(x: Tensor): VjpTracer {
    return new VjpTracer(this, x, -1);
  }

  /** x 在本层的原值；不是本层的追踪值时就是它自己。 */
  lower(x: Tensor): Tensor {
    return x instanceof VjpTracer && x.interpreter === this ? x.value : x;
  }

  override process(primitive: Primitive<any>, args: readonly VjpTracer[], params: Params): Tensor {
    const out = bind(
      primitive,
      args.map((x) => x.value),
      params,
    );
    if (args.every((x) => x.index < 0)) return this.lift(out);
    const output = this.variable(out);
    this.tape.push(new PrimitiveEntry(primitive, params, args, [output]));
    return output;
  }

  /** 登记一条自带规则的：customVjp 与 checkpoint 用它。 */
  record(
    values: readonly Tensor[],
    inputs: readonly VjpTracer[],
    rule: Omit<TapeEntry, "inputs" | "outputs">,
  ) {
    const outputs = values.map((v) => this.variable(v));
    this.tape.push({ inputs, outputs, pull: rule.pull, push: rule.push });
    return outputs;
  }

  /** 反向：从输出的伴随出发，得到各变量的伴随；null 表示与输出无关。 */
  pullback(outputs: readonly Tensor[], cts: readonly Maybe[], variables: readonly VjpTracer[]): Maybe[] {
    const adjoint = new Array<Maybe>(this.count).fill(null);
    const accumulate = (x: Tensor, ct: Maybe): void => {
      if (ct === null || !(x instanceof VjpTracer) || x.interpreter !== this || x.index < 0) return;
      const sum = adjoint[x.index];
      adjoint[x.index] = sum ? add(sum, ct) : ct;
    };
    for (const [k, y] of outputs.entries()) accumulate(y, cts[k] ?? null);
    for (let k = this.tape.length - 1; k >= 0; k--) {
      const entry = this.tape[k]!;
      const upstream = entry.outputs.map((y) => adjoint[y.index]!);
      if (upstream.every((ct) => ct === null)) continue;
      const pulled = entry.pull(upstream);
      for (let i = 0; i < entry.inputs.length; i++) accumulate(entry.inputs[i]!, pulled[i] ?? null);
      for (const y of entry.outputs) adjoint[y.index] = null;
    }
    return variables.map((v) => adjoint[v.index] ?? null);
  }

  /** 前推：从各变量的切向量出发，顺着磁带得到输出的切向量。 */
  pushforward(
    outputs: readonly Tensor[],
    tangents: readonly Maybe[],
    variables: readonly VjpTracer[],
  ): Maybe[] {
    const tangent = new Array<Maybe>(this.count).fill(null);
    for (const [k, v] of variables.entries()) tangent[v.index] = tangents[k] ?? null;
    const read = (x: Tensor): Maybe =>
      x instanceof VjpTracer && x.interpreter === this && x.index >= 0 ? tangent[x.index]! : null;
    for (const entry of this.tape) {
      const incoming = entry.inputs.map(read);
      if (incoming.every((t) => t === null)) continue;
      const pushed = entry.push(incoming);
      for (const [k, y] of entry.outputs.entries()) tangent[y.index] = pushed[k] ?? null;
    }
    return outputs.map(read);
  }
}
