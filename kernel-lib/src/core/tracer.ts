import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Shape } from "../shape.js";
import { type ArrayTensor, Tensor } from "../tensor.js";
import type { Params, Primitive } from "./primitive.js";

let counter = 0;

/**
 * 一次变换就是一个解释器：它看得见经过自己的每个原语。嵌套的变换编号更大，先处理；
 * 它的规则里用到的值属于更低的层，于是 grad∘grad、vmap∘grad 自然成立，也不会混淆两层的扰动。
 */
export abstract class Interpreter {
  readonly level = ++counter;
  /** 变换结束后置为 false：再用它的追踪值就是泄漏。 */
  active = true;

  abstract readonly kind: "jvp" | "vjp" | "vmap" | "graph" | "checkpoint";
  /** 把更低层的值（常量）提升到本层。 */
  abstract lift(x: Tensor): Tracer;
  abstract process(primitive: Primitive<any>, args: readonly Tracer[], params: Params): Tensor;
}

/** 追踪值：样子是张量，里面是某一层解释器的记录。 */
export abstract class Tracer extends Tensor {
  abstract readonly interpreter: Interpreter;
}

/** 套在一个更低层的值外面的追踪值：形状、类型、设备、数值都是里面那个值的。 */
export abstract class WrappingTracer extends Tracer {
  readonly value: Tensor;

  constructor(value: Tensor) {
    super();
    this.value = value;
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

let ambient: Interpreter | null = null;

/** 执行 body 期间，没有更高层追踪值的原语也都交给 interpreter：闭包里带进来的量也看得见。null 表示取消。 */
export function withAmbient<T>(interpreter: Interpreter | null, body: () => T): T {
  const before = ambient;
  ambient = interpreter;
  try {
    return body();
  } finally {
    ambient = before;
  }
}

export function ambientInterpreter(): Interpreter | null {
  return ambient;
}

/** 参数里层数最高的解释器；全是具体张量时为 null。 */
export function topInterpreter(args: readonly Tensor[]): Interpreter | null {
  let top: Interpreter | null = ambient;
  for (const x of args) {
    if (x instanceof Tracer && (top === null || x.interpreter.level > top.level)) top = x.interpreter;
  }
  if (top !== null && !top.active) {
    throw new TiduError(
      "TIDU-TRACE-001",
      `一个 ${top.kind} 变换内部的张量在变换结束之后又被使用。请把它作为函数的返回值带出来，不要存到外面的变量里。`,
    );
  }
  return top;
}

export function liftAll(interpreter: Interpreter, args: readonly Tensor[]): Tracer[] {
  return args.map((x) => (x instanceof Tracer && x.interpreter === interpreter ? x : interpreter.lift(x)));
}
