import type { Aval } from "../../core/primitive.js";
import { TiduError } from "../../errors.js";
import type { Graph, GraphNode } from "../../graph/graph.js";
import { sameShape, sizeOf } from "../../shape.js";
import { ArrayTensor } from "../../tensor.js";
import { untracked } from "../scope.js";
import type { GpuArray } from "./buffers.js";
import { type Link, leaf } from "./chain.js";
import type { WebGpuDevice } from "./device.js";
import { chainKernel } from "./elementwise.js";
import { isReduction, reductionKernel } from "./reduce.js";

/** 执行计划的一步：由若干已有的缓冲区得到一个新的。 */
interface PlanStep {
  readonly node: GraphNode;
  /** 依次用到的节点。 */
  readonly reads: readonly GraphNode[];
  readonly run: (buffers: readonly GpuArray[]) => GpuArray;
}

/** 一个核里至多融合这么多步，再多寄存器就不够了。 */
const mostSteps = 64;
/** 逐元素结果被几个核用到时，步数不超过它就各自重算，否则存一份。 */
const recomputeAtMost = 8;

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
    lastUse.set(step.node, k);
    for (const x of step.reads) lastUse.set(x, k);
  }
  return (inputs) => {
    const values = new Map<GraphNode, GpuArray>(constants);
    for (const [k, node] of graph.inputs.entries()) values.set(node, inputs[k]!);
    // 一块缓冲区可能经 reshape 成为几个节点，全都用完才能归还。
    const holders = new Map<GpuArray, number>();
    for (const [k, { node, reads, run }] of plan.entries()) {
      const out = run(reads.map((x) => values.get(x)!));
      values.set(node, out);
      if (!holders.has(out) && reads.some((x) => values.get(x) === out))
        holders.set(out, Number.POSITIVE_INFINITY);
      holders.set(out, (holders.get(out) ?? 0) + (kept.has(node) ? Number.POSITIVE_INFINITY : 1));
      for (const x of new Set([node, ...reads])) {
        if (lastUse.get(x) !== k || kept.has(x)) continue;
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
  if (value.owner === (device as unknown)) return value.buffer as GpuArray;
  const dtype = device.storage(value.dtype);
  const data = value.readSync();
  return device.gpu.upload(
    dtype === "int32"
      ? Int32Array.from(data)
      : dtype === "bool"
        ? Uint32Array.from(data)
        : Float32Array.from(data),
    true,
  );
}

function planGraph(device: WebGpuDevice, graph: Graph): PlanStep[] {
  const aval = (x: GraphNode): Aval => ({ shape: x.shape, dtype: device.storage(x.dtype) });
  const live = reachable(graph);
  const consumers = new Map<GraphNode, GraphNode[]>();
  for (const x of live) for (const a of x.args) consumers.set(a, [...(consumers.get(a) ?? []), x]);
  const elementwise = (x: GraphNode): boolean => x.kind === "op" && x.primitive!.expr !== undefined;
  const stored = new Set<GraphNode>(graph.outputs);
  const cost = new Map<GraphNode, number>();
  // 输入个数的上限：每个核还要一个输出。
  const mostInputs = device.gpu.gpu.limits.maxStorageBuffersPerShaderStage - 1;
  for (const x of live) {
    if (!elementwise(x)) {
      stored.add(x);
      cost.set(x, 0);
      continue;
    }
    // 链超过了输入个数或步数的上限时，把最长的一支存下来，直到放得下。
    for (;;) {
      const leaves = leavesOf(x, stored);
      const steps = stepsOf(x, stored);
      cost.set(x, steps);
      if (leaves.size <= mostInputs && steps <= mostSteps) break;
      const inner = x.args.filter((a) => !stored.has(a));
      if (inner.length === 0) break;
      stored.add(inner.reduce((a, b) => (cost.get(a)! >= cost.get(b)! ? a : b)));
    }
    const users = consumers.get(x) ?? [];
    const inlinable = users.every(
      (y) =>
        (elementwise(y) && (sameShape(x.shape, y.shape) || sizeOf(x.shape) === 1)) ||
        (isReduction(y.primitive!.name) && users.length === 1),
    );
    if (
      !inlinable ||
      (users.length > 1 && cost.get(x)! > recomputeAtMost && spreads(x, consumers, elementwise))
    )
      stored.add(x);
  }
  const plan: PlanStep[] = [];
  for (const node of live) {
    if (node.kind !== "op" || !stored.has(node)) continue;
    const out = aval(node);
    const reduction = isReduction(node.primitive!.name);
    if (elementwise(node) || reduction) {
      const source = reduction ? node.args[0]! : node;
      const reads: GraphNode[] = [];
      const chain = linkOf(source, source === node, stored, reads, new Map(), aval);
      const { name } = node.primitive!;
      const run = reduction
        ? reductionKernel(
            device.gpu,
            { name, chain, shape: source.shape, axes: node.params["axes"] },
            out,
            true,
          )
        : chainKernel(device.gpu, chain, out, true);
      plan.push({ node, reads, run });
    } else plan.push({ node, reads: node.args, run: single(device, node, aval) });
  }
  return plan;
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

/** 以 x 为末端的链；已存下的节点成为叶，reads 记下它们的次序。 */
function linkOf(
  x: GraphNode,
  root: boolean,
  stored: ReadonlySet<GraphNode>,
  reads: GraphNode[],
  made: Map<GraphNode, Link>,
  aval: (x: GraphNode) => Aval,
): Link {
  let link = made.get(x);
  if (link) return link;
  if (!root && (x.kind !== "op" || stored.has(x))) {
    link = leaf(reads.length, aval(x));
    reads.push(x);
  } else {
    link = {
      kind: "step",
      primitive: x.primitive!,
      params: x.params,
      args: x.args.map((a) => linkOf(a, false, stored, reads, made, aval)),
      ...aval(x),
    };
  }
  made.set(x, link);
  return link;
}

function reachable(graph: Graph): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = [...graph.outputs];
  while (stack.length) {
    const x = stack.pop()!;
    if (seen.has(x)) continue;
    seen.add(x);
    stack.push(...x.args);
  }
  return graph.nodes.filter((x) => seen.has(x));
}

function walk(
  x: GraphNode,
  stored: ReadonlySet<GraphNode>,
  visit: (x: GraphNode, inner: boolean) => void,
): void {
  const seen = new Set<GraphNode>();
  const stack = [x];
  while (stack.length) {
    const y = stack.pop()!;
    if (seen.has(y)) continue;
    seen.add(y);
    const inner = y === x || (y.kind === "op" && !stored.has(y));
    visit(y, inner);
    if (inner) stack.push(...y.args);
  }
}

function leavesOf(x: GraphNode, stored: ReadonlySet<GraphNode>): Set<GraphNode> {
  const leaves = new Set<GraphNode>();
  walk(x, stored, (y, inner) => {
    if (!inner) leaves.add(y);
  });
  return leaves;
}

function stepsOf(x: GraphNode, stored: ReadonlySet<GraphNode>): number {
  let count = 0;
  walk(x, stored, (_, inner) => {
    if (inner) count++;
  });
  return count;
}

/** x 是否会进入不止一个核：沿逐元素消费者往下走，末端不止一个。 */
function spreads(
  x: GraphNode,
  consumers: ReadonlyMap<GraphNode, GraphNode[]>,
  elementwise: (x: GraphNode) => boolean,
): boolean {
  const ends = new Set<GraphNode>();
  const seen = new Set<GraphNode>();
  const stack = [...(consumers.get(x) ?? [])];
  while (stack.length && ends.size < 2) {
    const y = stack.pop()!;
    if (seen.has(y)) continue;
    seen.add(y);
    const users = consumers.get(y) ?? [];
    if (!elementwise(y) || users.length === 0) ends.add(y);
    else stack.push(...users);
  }
  return ends.size > 1;
}
