import type { Aval } from "../../core/primitive.js";
import { TiduError } from "../../errors.js";
import type { Graph, GraphNode } from "../../graph/graph.js";
import { ArrayTensor } from "../../tensor.js";
import { untracked } from "../scope.js";
import { GpuArray, words } from "./buffers.js";
import { type Link, leaf } from "./chain.js";
import type { WebGpuDevice } from "./device.js";
import { chainKernel } from "./elementwise.js";
import { fuse, isBroadcast, isElementwise, isNumber } from "./fuse.js";
import { runFused } from "./fused.js";
import { matmul } from "./matmul.js";
import { isReduction, reductionKernel } from "./reduce.js";

/** 执行计划的一步：由若干已有的缓冲区得到一个新的（融合核可以得到几个）。 */
interface PlanStep {
  /** 各输出对应的节点；没人用的输出是 null。 */
  readonly nodes: readonly (GraphNode | null)[];
  /** 依次用到的节点。 */
  readonly reads: readonly GraphNode[];
  readonly run: (buffers: readonly GpuArray[]) => GpuArray | readonly GpuArray[];
}

/**
 * 把计算图编成执行计划：相邻的逐元素原语（以及链末尾的一次约简）合成一个 WGSL 核，中间结果不落显存；
 * 其余逐个执行。缓冲区在最后一次使用之后立即归还。
 */
export function compileGraph(
  device: WebGpuDevice,
  graph: Graph,
): (inputs: readonly GpuArray[]) => GpuArray[] {
  const plan = planGraph(device, graph);
  const constants = new Map<GraphNode, GpuArray>();
  const used = new Set([...plan.flatMap((s) => s.reads), ...graph.outputs]);
  untracked(() => {
    for (const node of used) if (node.kind === "constant") constants.set(node, constant(device, node));
  });
  const kept = new Set<GraphNode>([...graph.inputs, ...graph.outputs, ...constants.keys()]);
  const lastUse = new Map<GraphNode, number>();
  for (const [k, step] of plan.entries()) {
    for (const x of step.nodes) if (x) lastUse.set(x, k);
    for (const x of step.reads) lastUse.set(x, k);
  }
  return (inputs) => {
    const values = new Map<GraphNode, GpuArray>(constants);
    for (const [k, node] of graph.inputs.entries()) values.set(node, inputs[k]!);
    // 一块缓冲区可能经 reshape 成为几个节点，全都用完才能归还。
    const holders = new Map<GpuArray, number>();
    for (const [k, { nodes, reads, run }] of plan.entries()) {
      const result = run(reads.map((x) => values.get(x)!));
      const outs = result instanceof GpuArray ? [result] : result;
      for (const [i, out] of outs.entries()) {
        const node = nodes[i];
        if (!node) {
          device.gpu.pool.free(out);
          continue;
        }
        values.set(node, out);
        if (!holders.has(out) && reads.some((x) => values.get(x) === out))
          holders.set(out, Number.POSITIVE_INFINITY);
        holders.set(out, (holders.get(out) ?? 0) + (kept.has(node) ? Number.POSITIVE_INFINITY : 1));
      }
      for (const x of new Set([...nodes, ...reads])) {
        if (!x || lastUse.get(x) !== k || kept.has(x)) continue;
        const array = values.get(x)!;
        const left = holders.get(array)! - 1;
        holders.set(array, left);
        if (left === 0) device.gpu.pool.free(array);
      }
    }
    return graph.outputs.map((node) => values.get(node)!);
  };
}

function constant(device: WebGpuDevice, node: GraphNode): GpuArray {
  const value = node.value!;
  if (value.owner.name === device.name) return value.buffer as GpuArray;
  return device.gpu.upload(words(value.readSync(), device.storage(value.dtype)), true);
}

function planGraph(device: WebGpuDevice, graph: Graph): PlanStep[] {
  const aval = (x: GraphNode): Aval => ({ shape: x.shape, dtype: device.storage(x.dtype) });
  // 每个核还要一个输出。
  const { live, stored } = fuse(graph, device.gpu.gpu.limits.maxStorageBuffersPerShaderStage - 1);
  const plan: PlanStep[] = [];
  const calls = fusedCalls(live);
  for (const node of live) {
    if (node.kind !== "op" || !stored.has(node)) continue;
    const { name } = node.primitive!;
    const out = aval(node);
    const reads: GraphNode[] = [];
    if (isReduction(name)) {
      const source = node.args[0]!;
      const chain = linkOf(source, false, stored, reads, new Map(), aval);
      const reduction = { name, chain, shape: source.shape, axes: node.params["axes"] };
      plan.push({ nodes: [node], reads, run: reductionKernel(device.gpu, reduction, out, true) });
    } else if (isElementwise(node)) {
      const chain = linkOf(node, true, stored, reads, new Map(), aval);
      plan.push({ nodes: [node], reads, run: chainKernel(device.gpu, chain, out, true) });
    } else if (name === "matmul") plan.push(product(device, node, stored, aval));
    else if (name === "fused") {
      const nodes = calls.get(callKey(node))!;
      if (nodes.find((x) => x !== null) === node) plan.push(fusedCall(device, node, nodes, aval));
    } else plan.push({ nodes: [node], reads: node.args, run: single(device, node, aval) });
  }
  return plan;
}

/** 矩阵乘法：没有存下的转置由它换下标读。 */
function product(
  device: WebGpuDevice,
  node: GraphNode,
  stored: ReadonlySet<GraphNode>,
  aval: (x: GraphNode) => Aval,
): PlanStep {
  const [flipA, flipB] = node.args.map((x) => x.kind === "op" && !stored.has(x)) as [boolean, boolean];
  const reads = node.args.map((x, k) => ((k === 0 ? flipA : flipB) ? x.args[0]! : x));
  const wrap = (buffers: readonly GpuArray[]): ArrayTensor[] =>
    reads.map((x, k) => new ArrayTensor(device, buffers[k], x.shape, aval(x).dtype));
  const run = (buffers: readonly GpuArray[]): GpuArray =>
    matmul(device.gpu, wrap(buffers), { flipA, flipB }, aval(node));
  return { nodes: [node], reads, run };
}

/** 同一次融合核调用的几个输出有一样的参数与操作数。 */
function callKey({ args, params }: GraphNode): string {
  return `${params["kernel"]}(${args.map((x) => x.id)}) ${JSON.stringify(params["params"])}`;
}

/** 各次融合核调用用得着的输出。 */
function fusedCalls(live: readonly GraphNode[]): Map<string, (GraphNode | null)[]> {
  const calls = new Map<string, (GraphNode | null)[]>();
  for (const node of live) {
    if (node.kind !== "op" || node.primitive!.name !== "fused") continue;
    const key = callKey(node);
    const nodes: (GraphNode | null)[] = calls.get(key) ?? node.params["outputs"].map(() => null);
    nodes[node.params["index"]] = node;
    calls.set(key, nodes);
  }
  return calls;
}

/** 一次融合核调用，在它的第一个输出处执行，几个输出一起得到。 */
function fusedCall(
  device: WebGpuDevice,
  { args, params }: GraphNode,
  nodes: readonly (GraphNode | null)[],
  aval: (x: GraphNode) => Aval,
): PlanStep {
  const run = (buffers: readonly GpuArray[]): GpuArray[] =>
    runFused(
      device.gpu,
      params["kernel"],
      args.map((x, k) => new ArrayTensor(device, buffers[k], x.shape, aval(x).dtype)),
      params["params"],
    );
  return { nodes, reads: args, run };
}

/** 逐个执行的原语。 */
function single(
  device: WebGpuDevice,
  node: GraphNode,
  aval: (x: GraphNode) => Aval,
): (buffers: readonly GpuArray[]) => GpuArray {
  if (node.primitive!.name === "to") {
    if (node.params["device"] === device.name) return ([x]) => x!;
    throw new TiduError("TIDU-GPU-007", "jit 里不能把张量搬到别的设备；请把 to(…) 移到 jit 外面。");
  }
  return (buffers) =>
    device.execute(
      node.primitive!,
      node.args.map((x, k) => new ArrayTensor(device, buffers[k], x.shape, aval(x).dtype)),
      node.params,
      aval(node),
    );
}

/** 以 x 为末端的链；已存下的节点成为叶（单个数成为字面量），reads 记下它们的次序。 */
function linkOf(
  x: GraphNode,
  root: boolean,
  stored: ReadonlySet<GraphNode>,
  reads: GraphNode[],
  made: Map<GraphNode, Link>,
  aval: (x: GraphNode) => Aval,
): Link {
  const known = made.get(x);
  if (known) return known;
  let link: Link;
  if (isNumber(x)) link = { kind: "number", value: x.scalar!, ...aval(x) };
  else if (!root && (x.kind !== "op" || stored.has(x))) {
    link = leaf(reads.length, aval(x));
    reads.push(x);
  } else {
    const args = x.args.map((a) => linkOf(a, false, stored, reads, made, aval));
    link = isBroadcast(x)
      ? args[0]!
      : { kind: "step", primitive: x.primitive!, params: x.params, args, ...aval(x) };
  }
  made.set(x, link);
  return link;
}
