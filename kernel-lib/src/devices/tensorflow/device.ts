import type { Tensor as TfTensor } from "@tensorflow/tfjs-core";
import type { Aval, Params, Primitive } from "../../core/primitive.js";
import type { DType, TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";
import { sizeOf } from "../../shape.js";
import type { ArrayTensor } from "../../tensor.js";
import type { Device } from "../device.js";
import { track } from "../scope.js";
import { onHost } from "./host.js";
import { kernels, tfType } from "./kernels.js";
import type { Tf } from "./load.js";

/** 缓冲区：一个 tfjs 张量。它不随垃圾回收释放，所以由句柄的回收来触发。 */
interface Handle {
  tensor: TfTensor | null;
}

/** tensorflow 设备：用 tfjs 的前向核，float32，可同步读取。 */
export class TensorflowDevice implements Device {
  readonly name = "tensorflow";
  private readonly tf: Tf;
  private readonly backend: string;
  private readonly registry = new FinalizationRegistry<TfTensor>((tensor) => tensor.dispose());

  constructor(tf: Tf, backend: string) {
    this.tf = tf;
    this.backend = backend;
  }

  storage(dtype: DType): DType {
    return dtype === "float64" ? "float32" : dtype;
  }

  /** tfjs 的当前后端是全局的，别人可能换过。 */
  private api(): Tf {
    if (this.tf.getBackend() !== this.backend) void this.tf.setBackend(this.backend);
    return this.tf;
  }

  private hold(tensor: TfTensor): Handle {
    const handle: Handle = { tensor };
    this.registry.register(handle, tensor, handle);
    track(this, handle);
    return handle;
  }

  upload(data: TypedArray, dtype: DType): Handle {
    const typed =
      dtype === "int32"
        ? Int32Array.from(data)
        : dtype === "bool"
          ? Uint8Array.from(data)
          : Float32Array.from(data);
    return this.hold(this.api().tensor1d(typed, tfType(dtype)));
  }

  readSync(buffer: unknown, dtype: DType): TypedArray {
    const data = live(buffer).dataSync();
    return dtype === "bool" ? Uint8Array.from(data) : (data as TypedArray);
  }

  async read(buffer: unknown, dtype: DType): Promise<TypedArray> {
    const data = await live(buffer).data();
    return dtype === "bool" ? Uint8Array.from(data) : (data.slice() as TypedArray);
  }

  run(primitive: Primitive<any>, inputs: readonly ArrayTensor[], params: Params, out: Aval): Handle {
    const { name } = primitive;
    const kernel = kernels[name];
    if (!kernel) return this.upload(onHost(primitive, inputs, params, out), out.dtype);
    const tf = this.api();
    const result = tf.tidy(() => {
      const shape = [...out.shape];
      if (sizeOf(shape) === 0) return tf.zeros(shape, tfType(out.dtype));
      const args = inputs.map((x) => tf.reshape(live(x.buffer), [...x.shape]));
      // 约简一个没有元素的轴：tfjs 的一些后端不处理。
      if (name === "sum" && args[0]!.size === 0) return tf.zeros(shape, tfType(out.dtype));
      if (name === "prod" && args[0]!.size === 0) return tf.ones(shape, tfType(out.dtype));
      return kernel(tf, args, params, out);
    });
    return this.hold(result);
  }

  free(buffer: unknown): void {
    const handle = buffer as Handle;
    if (!handle.tensor) return;
    this.registry.unregister(handle);
    handle.tensor.dispose();
    handle.tensor = null;
  }
}

function live(buffer: unknown): TfTensor {
  const { tensor } = buffer as Handle;
  if (tensor) return tensor;
  throw new TiduError(
    "TIDU-DEV-007",
    "这个张量已经释放。请把它作为 scope 的返回值带出来，不要在 scope 结束之后再用里面的中间结果。",
  );
}
