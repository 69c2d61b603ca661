import type { Aval, Params, Primitive } from "../core/primitive.js";
import type { DType, TypedArray } from "../dtype.js";
import type { Graph } from "../graph/graph.js";
import type { ArrayTensor } from "../tensor.js";

/**
 * 设备的全部职责：存数据、执行一个原语、（可选）把整张图编译成一次调用。
 * 新设备只要实现这个接口，变换与算子一行都不用改。
 */
export interface Device {
  readonly name: string;
  /** 本设备实际存放的元素类型，例如 webgpu 把 float64 存成 float32。 */
  storage(dtype: DType): DType;
  upload(data: TypedArray, dtype: DType): unknown;
  read(buffer: unknown, dtype: DType, size: number): Promise<TypedArray>;
  readSync?(buffer: unknown, dtype: DType, size: number): TypedArray;
  /** 执行原语；没有这个原语的核时抛 TIDU-DEV-002。 */
  run(primitive: Primitive<any>, inputs: readonly ArrayTensor[], params: Params, out: Aval): unknown;
  /**
   * 手写的融合核（如 "huber"、"softmax"）：一趟算出几个结果，例如损失与各输入的梯度。没有这个核时返回 null，调用者改用组合的原语。
   * 只在输入都是本设备的具体张量、没有外层变换时调用，否则二阶导数会丢。
   */
  fused?(name: string, inputs: readonly ArrayTensor[], params: Params): ArrayTensor[] | null;
  /** 同一个融合核在 jit 的图里的各个输出；不给时 jit 里一律用组合的原语。 */
  fusedShapes?(name: string, inputs: readonly Aval[], params: Params): readonly Aval[] | null;
  /** 这块缓冲区若是设备放上去的单个常数，它的值；不知道时是 undefined。 */
  known?(buffer: unknown): number | undefined;
  /** 立即释放；之后再用这个缓冲区是错误。缺省靠垃圾回收。 */
  free?(buffer: unknown): void;
  /** 把图编译成函数：输入与输出都是本设备的缓冲区。缺省时 jit 逐个原语执行。 */
  compile?(graph: Graph): (inputs: readonly unknown[]) => unknown[];
  /** 设备已经失效时的原因；正常时是 null。失效后再次 device(name) 会重新打开一个。 */
  lost?(): string | null;
}

/** 打开一个设备的结果：设备与一句说明，或打不开的原因。 */
export type Opened =
  | { readonly device: Device; readonly detail: string }
  | { readonly device: null; readonly detail: string };
