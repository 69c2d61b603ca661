import type { Aval, Params, Primitive } from "../../core/primitive.js";
import type { DType, TypedArray } from "../../dtype.js";
import { TiduError } from "../../errors.js";
import type { Graph } from "../../graph/graph.js";
import { ArrayTensor } from "../../tensor.js";
import type { Device } from "../device.js";
import { track } from "../scope.js";
import { type GpuArray, words } from "./buffers.js";
import { leaf } from "./chain.js";
import { compileGraph } from "./compile.js";
import type { GpuContext } from "./context.js";
import { broadcastTo, concat, flip, pad, slice, transpose } from "./copy.js";
import { cumsum } from "./cumsum.js";
import { cofactor, eigh, pinv, qr, svd } from "./decompositions.js";
import { runElementwise } from "./elementwise.js";
import { fusedShapes, runFused } from "./fused.js";
import { gather, scatterAdd } from "./gather.js";
import { cholesky, det, logdet, solve, triangularSolve } from "./linalg.js";
import { matmul } from "./matmul.js";
import { random } from "./random.js";
import { isReduction, reductionKernel, runPosition } from "./reduce.js";
import { argsort } from "./sorting.js";
import { fold, unfold } from "./windows.js";

type Kernel = (gpu: GpuContext, inputs: readonly ArrayTensor[], params: any, out: Aval) => GpuArray;

const kernels: Readonly<Record<string, Kernel>> = {
  reshape: (_, [x]) => x!.buffer as GpuArray,
  transpose,
  broadcastTo,
  slice,
  pad,
  concat,
  flip,
  gather,
  scatterAdd,
  cumsum,
  matmul,
  random,
  argsort,
  solve,
  triangularSolve,
  cholesky,
  det,
  logdet,
  eigh,
  svd,
  pinv,
  qr,
  cofactor,
  unfold,
  fold,
  argmax: (gpu, [x], { axis }, out) => runPosition(gpu, "argmax", x!, axis, out),
  argmin: (gpu, [x], { axis }, out) => runPosition(gpu, "argmin", x!, axis, out),
};

/** webgpu 设备：浮点一律 float32；int32 存成 i32；bool 存成 u32。读取是异步的。 */
export class WebGpuDevice implements Device {
  readonly name = "webgpu";
  readonly gpu: GpuContext;
  /** 只有一个元素的常量（x.mul(2) 里的 2）反复出现，传一次就够。 */
  private readonly scalars = new Map<string, GpuArray>();

  constructor(gpu: GpuContext) {
    this.gpu = gpu;
  }

  storage(dtype: DType): DType {
    return dtype === "float64" ? "float32" : dtype;
  }

  lost(): string | null {
    return this.gpu.lost;
  }

  upload(data: TypedArray, dtype: DType): GpuArray {
    const key = data.length === 1 ? `${dtype}${Object.is(data[0], -0) ? "-0" : data[0]}` : null;
    const known = key === null ? undefined : this.scalars.get(key);
    if (known) return known;
    const array = this.gpu.upload(words(data, dtype), key !== null);
    if (key !== null) array.scalar = Number(data[0]);
    if (key === null) track(this, array);
    else {
      if (this.scalars.size >= 1024) this.scalars.clear();
      this.scalars.set(key, array);
    }
    return array;
  }

  async read(buffer: unknown, dtype: DType, size: number): Promise<TypedArray> {
    const bytes = await this.gpu.read(buffer as GpuArray, 4 * size);
    if (dtype === "int32") return new Int32Array(bytes);
    return dtype === "bool" ? Uint8Array.from(new Uint32Array(bytes)) : new Float32Array(bytes);
  }

  run(primitive: Primitive<any>, inputs: readonly ArrayTensor[], params: Params, out: Aval): GpuArray {
    const result = this.execute(primitive, inputs, params, out);
    if (!inputs.some((x) => x.buffer === result)) track(this, result);
    return result;
  }

  /** 执行一个原语，不登记到 scope。 */
  execute(primitive: Primitive<any>, inputs: readonly ArrayTensor[], params: Params, out: Aval): GpuArray {
    const { name } = primitive;
    const kernel = kernels[name];
    if (kernel) return kernel(this.gpu, inputs, params, out);
    if (isReduction(name)) {
      const [x] = inputs;
      const reduction = { name, chain: leaf(0, x!), shape: x!.shape, axes: params["axes"] };
      return reductionKernel(this.gpu, reduction, out)([x!.buffer as GpuArray]);
    }
    // jit 折叠常量时才会单独执行融合核的一个输出。
    if (name === "fused") {
      const all = runFused(this.gpu, params["kernel"], inputs, params["params"]);
      for (const [k, y] of all.entries()) if (k !== params["index"]) this.gpu.pool.free(y);
      return all[params["index"]]!;
    }
    if (primitive.expr) return runElementwise(this.gpu, primitive, inputs, params, out);
    throw new TiduError(
      "TIDU-DEV-002",
      `设备 webgpu 没有原语 “${name}” 的核。请用 await x.toDevice("cpu") 取回后在 cpu 上算这一步。`,
    );
  }

  fused(name: string, inputs: readonly ArrayTensor[], params: Params): ArrayTensor[] | null {
    const outputs = fusedShapes(name, inputs, params);
    if (!outputs) return null;
    return runFused(this.gpu, name, inputs, params).map((buffer, k) => {
      track(this, buffer);
      return new ArrayTensor(this, buffer, outputs[k]!.shape, outputs[k]!.dtype);
    });
  }

  fusedShapes(name: string, inputs: readonly Aval[], params: Params): Aval[] | null {
    return fusedShapes(name, inputs, params);
  }

  known(buffer: unknown): number | undefined {
    return (buffer as GpuArray).scalar;
  }

  free(buffer: unknown): void {
    this.gpu.pool.free(buffer as GpuArray);
  }

  compile(graph: Graph): (inputs: readonly unknown[]) => unknown[] {
    const run = compileGraph(this, graph);
    return (inputs) => {
      const outputs = run(inputs as readonly GpuArray[]);
      for (const y of outputs) if (!inputs.includes(y)) track(this, y);
      return outputs;
    };
  }
}
