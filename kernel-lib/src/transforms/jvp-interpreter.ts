import { bind } from "../core/bind.js";
import { missingRule, type Params, type Primitive } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";

/** 对偶数：原值与切向量；tangent 为 null 表示恒为零。 */
export class JvpTracer extends Tracer {
  readonly interpreter: JvpInterpreter;
  readonly primal: Tensor;
  readonly tangent: Tensor | null;

  constructor(interpreter: JvpInterpreter, primal: Tensor, tangent: Tensor | null) {
    super();
    this.interpreter = interpreter;
    this.primal = primal;
    this.tangent = tangent;
  }

  override get shape(): Shape {
    return this.primal.shape;
  }
  override get dtype(): DType {
    return this.primal.dtype;
  }
  override get device(): string {
    return this.primal.device;
  }
  override concrete(): ArrayTensor {
    return this.primal.concrete();
  }
}

/** 前向模式：原值与切向量一起往前算，不留记录。 */
export class JvpInterpreter extends Interpreter {
  readonly kind = "jvp";

  override lift(x: Tensor): JvpTracer {
    return new JvpTracer(this, x, null);
  }

  override process(primitive: Primitive<any>, args: readonly JvpTracer[], params: Params): Tensor {
    const primals = args.map((x) => x.primal);
    const out = bind(primitive, primals, params);
    if (args.every((x) => x.tangent === null)) return this.lift(out);
    if (!primitive.jvp) throw missingRule(primitive, "jvp");
    const tangent = primitive.jvp(
      primals,
      args.map((x) => x.tangent),
      out,
      params,
    );
    return new JvpTracer(this, out, tangent);
  }
}
