import { bind } from "../core/bind.js";
import type { Params, Primitive } from "../core/primitive.js";
import { ambientInterpreter, Interpreter, WrappingTracer, withAmbient } from "../core/tracer.js";
import type { Tensor } from "../tensor.js";

/** 检查点里的追踪值：只是一层壳，好让闭包里带进来的量被看见。 */
export class CheckpointTracer extends WrappingTracer {
  readonly interpreter: CheckpointInterpreter;

  constructor(interpreter: CheckpointInterpreter, value: Tensor) {
    super(value);
    this.interpreter = interpreter;
  }
}

/** 每个原语照常在更低的层执行；外来的值先经 `replace` 换一换（前向时换成原值，重算时换成新的求导变量）。 */
export class CheckpointInterpreter extends Interpreter {
  readonly kind = "checkpoint";
  private readonly outer = ambientInterpreter();
  private readonly replace: (x: Tensor) => Tensor;

  constructor(replace: (x: Tensor) => Tensor) {
    super();
    this.replace = replace;
  }

  wrap(x: Tensor): CheckpointTracer {
    return new CheckpointTracer(this, x);
  }

  lower(x: Tensor): Tensor {
    return x instanceof CheckpointTracer && x.interpreter === this ? x.value : this.replace(x);
  }

  /** 到更低的层去执行。 */
  outside<T>(body: () => T): T {
    return withAmbient(this.outer, body);
  }

  override lift(x: Tensor): CheckpointTracer {
    return this.wrap(this.replace(x));
  }

  override process(primitive: Primitive<any>, args: readonly CheckpointTracer[], params: Params): Tensor {
    const values = args.map((x) => x.value);
    return this.wrap(this.outside(() => bind(primitive, values, params)));
  }
}
