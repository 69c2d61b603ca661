import { bind } from "../core/bind.js";
import { add } from "../core/internal.js";
import { missingRule, type Params, type Primitive } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";

/** 反向记录的一条：某个输出如何把伴随分给它的输入。 */
export interface TapeEntry {
  readonly output: VjpTracer;
  readonly inputs: readonly VjpTracer[];
  /** 第 i 个输入应得的伴随。 */
  readonly pull: (i: number, ct: Tensor) => Tensor | null;
}

/** 反向模式的追踪值：原值，以及它是否依赖于求导变量。 */
export class VjpTracer extends Tracer {
  readonly interpreter: VjpInterpreter;
  readonly value: Tensor;
  /** 在磁带上的编号；−1 表示与求导变量无关的常量。 */
  readonly index: number;

  constructor(interpreter: VjpInterpreter, value: Tensor, index: number) {
    super();
    this.interpreter = interpreter;
    this.value = value;
    this.index = index;
  }

  override get shape(): Shape {
    return this.value.shape;
  }
  override get dtype(): DType {
    return this.value.dtype;
  }
  override get device(): string {
    return this.value.device;
  }
  override concrete(): ArrayTensor {
    return this.value.concrete();
  }
}

/** 反向模式：前向时把每个原语记到磁带上，反向时从后往前逐条拉回伴随。循环实现，步数再多也不会爆栈。 */
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

  override process(primitive: Primitive<any>, args: readonly VjpTracer[], params: Params): Tensor {
    const values = args.map((x) => x.value);
    const out = bind(primitive, values, params);
    const { vjp } = primitive;
    if (args.every((x) => x.index < 0)) return this.lift(out);
    if (!vjp) throw missingRule(primitive, "vjp");
    return this.record(out, args, (i, ct) => vjp(i, ct, out, values, params));
  }

  /** 登记一条：customVjp、checkpoint 这类自带反向的结构也用它。 */
  record(out: Tensor, inputs: readonly VjpTracer[], pull: TapeEntry["pull"]): VjpTracer {
    const output = this.variable(out);
    this.tape.push({ output, inputs, pull });
    return output;
  }

  /** 从输出的伴随出发，返回各变量的伴随；null 表示与输出无关。 */
  pullback(
    outputs: readonly Tensor[],
    cts: readonly (Tensor | null)[],
    variables: readonly VjpTracer[],
  ): (Tensor | null)[] {
    const adjoint = new Array<Tensor | null>(this.count).fill(null);
    const accumulate = (x: Tensor, ct: Tensor | null): void => {
      if (ct === null || !(x instanceof VjpTracer) || x.interpreter !== this || x.index < 0) return;
      const sum = adjoint[x.index];
      adjoint[x.index] = sum ? add(sum, ct) : ct;
    };
    for (const [k, y] of outputs.entries()) accumulate(y, cts[k] ?? null);
    for (let k = this.tape.length - 1; k >= 0; k--) {
      const { output, inputs, pull } = this.tape[k]!;
      const ct = adjoint[output.index];
      if (!ct) continue;
      for (let i = 0; i < inputs.length; i++) {
        if (inputs[i]!.index >= 0) accumulate(inputs[i]!, pull(i, ct));
      }
      adjoint[output.index] = null;
    }
    return variables.map((v) => adjoint[v.index] ?? null);
  }
}
