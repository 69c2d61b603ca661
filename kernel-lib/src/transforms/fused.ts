import { bind } from "../core/bind.js";
import type { Aval, Params, Primitive } from "../core/primitive.js";
import { WrappingTracer } from "../core/tracer.js";
import { cpu } from "../devices/cpu/device.js";
import type { Device } from "../devices/device.js";
import { place } from "../devices/evaluate.js";
import { mul } from "../primitives/index.js";
import { ArrayTensor, type Tensor } from "../tensor.js";
import { GraphTracer } from "./graph-interpreter.js";

// 融合核的接缝：算子先问 mayFuse，再用 customVjp 配上 runFused 的前向与反向。
// 即时执行时直接派发；jit 记图时记成 fused 节点，由设备编译；别的变换在外面时 runFused 返回 null，
// 调用者改用组合的原语，所以二阶导数、vmap 与前向模式照旧。

export interface FusedParams {
  readonly kernel: string;
  readonly params: Params;
  /** 全部输出；本节点是其中第 index 个，同一次调用的几个节点参数相同。 */
  readonly outputs: readonly Aval[];
  readonly index: number;
}

/** 图里的一次融合核调用的一个输出。它只出现在最底层，不会再被求导，所以没有别的规则，也不在原语表里。 */
const fused: Primitive<FusedParams & Params> = {
  name: "fused",
  shape: (_, { outputs, index }) => outputs[index]!,
};

/** 剥去求导的外层，最里面的具体张量或计算图所在的设备；中间隔着 vmap、jvp 时是 null。 */
function carrier(x: Tensor): Device | null {
  let y = x;
  while (y instanceof WrappingTracer) y = y.value;
  if (y instanceof ArrayTensor) return y.owner;
  return y instanceof GraphTracer ? y.interpreter.device : null;
}

/** 各输入剥去求导的外层之后，是不是都在同一个有融合核的设备上（cpu 上的会自动搬去）。 */
export function mayFuse(inputs: readonly Tensor[]): boolean {
  let device: Device | null = null;
  for (const x of inputs) {
    const own = x.device === "cpu" && x instanceof ArrayTensor ? cpu : carrier(x);
    if (own === null || (own !== cpu && device !== null && own !== device)) return false;
    if (own !== cpu) device = own;
  }
  return device?.fused !== undefined;
}

/**
 * 输入全是具体张量（或同一张计算图里的节点）、设备又有这个核时，由融合核一趟算完，返回它的各个输出；
 * 否则返回 null，由调用者用组合的原语。
 */
export function runFused(name: string, inputs: readonly Tensor[], params: Params): Tensor[] | null {
  const node = inputs.find((x) => x instanceof GraphTracer);
  if (node) return record(name, inputs, params, node.interpreter.device);
  if (!inputs.every((x) => x instanceof ArrayTensor)) return null;
  const device = inputs.find((x) => x.owner !== cpu)?.owner;
  if (!device?.fused || inputs.some((x) => x.owner !== cpu && x.owner !== device)) return null;
  return device.fused(
    name,
    inputs.map((x) => place(x, device)),
    params,
  );
}

function record(name: string, inputs: readonly Tensor[], params: Params, device: Device): Tensor[] | null {
  if (!device.fusedShapes || !inputs.every((x) => x instanceof ArrayTensor || x instanceof GraphTracer)) {
    return null;
  }
  const avals = inputs.map((x) => ({ shape: x.shape, dtype: device.storage(x.dtype) }));
  const outputs = device.fusedShapes(name, avals, params);
  return outputs?.map((_, index) => bind(fused, inputs, { kernel: name, params, outputs, index })) ?? null;
}

/** 乘上损失的伴随。伴随已知是 1（grad 的起点）时原样返回，省下整个数组的一读一写。 */
export function timesAdjoint(ct: Tensor, g: Tensor): Tensor {
  return ct instanceof ArrayTensor && ct.owner.known?.(ct.buffer) === 1 ? g : mul(ct, g);
}
