import { bind } from "../core/bind.js";
import { missingRule, type Params, type Primitive } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";

/** 批追踪值：外面看是一个样本的形状，里面多一条批轴。dim 为 null 表示所有样本共用。 */
export class BatchTracer extends Tracer {
  readonly interpreter: BatchInterpreter;
  readonly value: Tensor;
  readonly dim: number | null;

  constructor(interpreter: BatchInterpreter, value: Tensor, dim: number | null) {
    super();
    this.interpreter = interpreter;
    this.value = value;
    this.dim = dim;
  }

  override get shape(): Shape {
    return this.dim === null ? this.value.shape : this.value.shape.filter((_, i) => i !== this.dim);
  }
  override get dtype(): DType {
    return this.value.dtype;
  }
  override get device(): string {
    return this.value.device;
  }
  override concrete(): ArrayTensor {
    if (this.dim === null) return this.value.concrete();
    throw new TiduError(
      "TIDU-TRACE-003",
      "vmap 里的张量同时代表一批样本，没有单独的数值可读。依数据分支请用 where，循环请移到 vmap 外面。",
    );
  }
}

/** 批处理：每个原语按自己的 batch 规则一次算完整批。 */
export class BatchInterpreter extends Interpreter {
  readonly kind = "vmap";
  readonly batchSize: number;

  constructor(batchSize: number) {
    super();
    this.batchSize = batchSize;
  }

  override lift(x: Tensor): BatchTracer {
    return new BatchTracer(this, x, null);
  }

  override process(primitive: Primitive<any>, args: readonly BatchTracer[], params: Params): Tensor {
    const values = args.map((x) => x.value);
    const dims = args.map((x) => x.dim);
    if (dims.every((d) => d === null)) return this.lift(bind(primitive, values, params));
    if (!primitive.batch) throw missingRule(primitive, "batch");
    const { out, dim } = primitive.batch(values, dims, params, this.batchSize);
    return new BatchTracer(this, out, dim);
  }
}
