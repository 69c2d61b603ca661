import type { Graph, GraphNode } from "../../graph/graph.js";
import { sameShape, sizeOf } from "../../shape.js";
import { isReduction } from "./reduce.js";

/** 一个核里至多融合这么多步，再多寄存器就不够了。 */
const mostSteps = 64;
/** 逐元素结果被几个核用到时，步数不超过它就各自重算，否则存一份。 */
const recomputeAtMost = 8;

/** 融合方案：live 是要算的节点（拓扑次序），stored 里的各成一个缓冲区，其余并入用到它的核。 */
export interface Fusion {
  readonly live: readonly GraphNode[];
  readonly stored: ReadonlySet<GraphNode>;
}

export function isElementwise(x: GraphNode): boolean {
  return x.kind === "op" && x.primitive!.expr !== undefined;
}

/** broadcastTo 在核里只是换一种下标，不用真的铺开。 */
export function isBroadcast(x: GraphNode): boolean {
  return x.kind === "op" && x.primitive!.name === "broadcastTo";
}

/** 只交换末两轴的转置：matmul 可以换下标直接读，不用先转置。 */
function swapsLast(x: GraphNode): boolean {
  if (x.kind !== "op" || x.primitive!.name !== "transpose") return false;
  const perm = x.params["perm"] as readonly number[];
  const r = perm.length;
  return r >= 2 && perm.every((a, i) => a === (i < r - 2 ? i : 2 * r - 3 - i));
}

/** 可以写成字面量的常量。 */
export function isNumber(x: GraphNode): boolean {
  return x.kind === "constant" && x.scalar !== undefined;
}

/**
 * 决定哪些节点要落显存。逐元素原语与 broadcastTo 并入用到它的逐元素核（形状相同，或只有一个元素），
 * 或并入约简它的核；图的输出、其余原语的操作数都要落。便宜的链宁可各处重算，也不写出去再读回来。
 */
export function fuse(graph: Graph, mostInputs: number): Fusion {
  const live = reachable(graph);
  const consumers = new Map<GraphNode, GraphNode[]>();
  for (const x of live) for (const a of x.args) consumers.set(a, [...(consumers.get(a) ?? []), x]);
  const stored = new Set<GraphNode>(graph.outputs);
  const cost = new Map<GraphNode, number>();
  for (const x of live) {
    cost.set(x, 0);
    const onlyMatmul = (consumers.get(x) ?? []).every((y) => y.primitive!.name === "matmul");
    if (swapsLast(x) && onlyMatmul && !stored.has(x)) continue;
    if (!isElementwise(x) && !isBroadcast(x)) {
      stored.add(x);
      continue;
    }
    // 链超过了输入个数或步数的上限时，把最长的一支存下来，直到放得下。
    for (;;) {
      const { leaves, steps } = measure(x, stored);
      cost.set(x, steps);
      if (leaves <= mostInputs && steps <= mostSteps) break;
      const inner = x.args.filter((a) => !stored.has(a));
      if (inner.length === 0) break;
      stored.add(inner.reduce((a, b) => (cost.get(a)! >= cost.get(b)! ? a : b)));
    }
    const users = consumers.get(x) ?? [];
    const joins = (y: GraphNode): boolean => {
      if (sizeOf(x.shape) === 1 && (isElementwise(y) || isBroadcast(y))) return true;
      if (isBroadcast(x)) return isElementwise(y) || isReduction(y.primitive!.name);
      if (isElementwise(y)) return sameShape(x.shape, y.shape);
      return isReduction(y.primitive!.name);
    };
    const shared = users.length > 1 && cost.get(x)! > recomputeAtMost && spreads(x, consumers);
    if (!users.every(joins) || shared) stored.add(x);
  }
  return { live, stored };
}

function reachable(graph: Graph): GraphNode[] {
  const seen = new Set<GraphNode>();
  const stack = [...graph.outputs];
  for (let x = stack.pop(); x; x = stack.pop()) {
    if (seen.has(x)) continue;
    seen.add(x);
    stack.push(...x.args);
  }
  return graph.nodes.filter((x) => seen.has(x));
}

/** 以 x 为末端的核要读几个缓冲区、算几步。 */
function measure(x: GraphNode, stored: ReadonlySet<GraphNode>): { leaves: number; steps: number } {
  const seen = new Set<GraphNode>();
  const stack = [x];
  let leaves = 0;
  let steps = 0;
  for (let y = stack.pop(); y; y = stack.pop()) {
    if (seen.has(y)) continue;
    seen.add(y);
    if (y !== x && (y.kind !== "op" || stored.has(y) || !(isElementwise(y) || isBroadcast(y)))) {
      if (!isNumber(y)) leaves++;
      continue;
    }
    if (!isBroadcast(y)) steps++;
    stack.push(...y.args);
  }
  return { leaves, steps };
}

/** x 是否会进入不止一个核：沿逐元素消费者往下走，末端不止一个。 */
function spreads(x: GraphNode, consumers: ReadonlyMap<GraphNode, GraphNode[]>): boolean {
  const ends = new Set<GraphNode>();
  const seen = new Set<GraphNode>();
  const stack = [...(consumers.get(x) ?? [])];
  for (let y = stack.pop(); y && ends.size < 2; y = stack.pop()) {
    if (seen.has(y)) continue;
    seen.add(y);
    const users = consumers.get(y) ?? [];
    if (!isElementwise(y) || users.length === 0) ends.add(y);
    else stack.push(...users);
  }
  return ends.size > 1;
}
