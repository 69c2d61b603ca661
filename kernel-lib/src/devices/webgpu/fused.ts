import type { Aval, Params } from "../../core/primitive.js";
import type { ArrayTensor } from "../../tensor.js";
import { attention, attentionKeys, attentionQuery } from "./attention.js";
import { batchNorm, batchNormBackward } from "./batch-norm.js";
import type { GpuArray } from "./buffers.js";
import type { GpuContext } from "./context.js";
import { conv2d, conv2dInput, conv2dKernel } from "./conv.js";
import { huber } from "./huber.js";
import { jacobianPenalty } from "./jacobian-penalty.js";
import { layerNorm, layerNormBackward } from "./layer-norm.js";
import { softmax, softmaxBackward } from "./softmax.js";
import { triplet } from "./triplet.js";

/** 一个手写的融合核：几个输入，几个输出。 */
export interface FusedKernel {
  /** 各输出的形状与类型；这样的输入不归它管时是 null，调用者改用组合的原语。 */
  readonly shapes: (inputs: readonly Aval[], params: any) => Aval[] | null;
  /** 输入已由 shapes 认可。 */
  readonly run: (gpu: GpuContext, inputs: readonly ArrayTensor[], params: any) => GpuArray[];
}

/** 全部融合核，按名字。 */
const kernels: Readonly<Record<string, FusedKernel>> = {
  huber,
  triplet,
  softmax,
  softmaxBackward,
  layerNorm,
  layerNormBackward,
  batchNorm,
  batchNormBackward,
  conv2d,
  conv2dInput,
  conv2dKernel,
  jacobianPenalty,
  attention,
  attentionQuery,
  attentionKeys,
};

export function fusedShapes(name: string, inputs: readonly Aval[], params: Params): Aval[] | null {
  if (!Object.hasOwn(kernels, name) || inputs.some((x) => x.shape.includes(0))) return null;
  return kernels[name]!.shapes(inputs, params);
}

export function runFused(
  gpu: GpuContext,
  name: string,
  inputs: readonly ArrayTensor[],
  params: Params,
): GpuArray[] {
  return kernels[name]!.run(gpu, inputs, params);
}
