import type { Graph, GraphNode } from "../../graph/graph.js";
import { sizeOf } from "../../shape.js";
import { reshapeIndex, zero } from "./compile-affine.js";

/** 超过这么多次乘加的矩阵乘走分块的 gemm，否则展开进循环里。 */
const gemmLimit = 30_000;
/** 就地算的一串到这么长就落到缓冲区：表达式是递归生成的，上万步的循环不能写成一个表达式。 */
const depthLimit = 200;
const views = new Set(["reshape", "transpose", "broadcastTo", "slice", "flip", "pad"]);
const reductions = new Set(["sum", "max", "min", "prod"]);
/** 比一次读内存贵得多的运算；没列出的按 1 算。 */
const weights: Record<string, number> = { div: 4, sqrt: 4, mod: 4 };
for (const name of ["exp", "expm1", "log", "log1p", "sin", "cos", "tan", "asin", "acos", "atan"]) {
  weights[name] = 12;
}
for (const name of ["tanh", "sigmoid", "softplus", "elu", "erf", "pow", "logistic", "silu"])
  weights[name] = 12;

/** 一次运算自己的代价。除以常数会换成乘法（compile-emit.ts）。 */
function ownCost(node: GraphNode): number {
  if (isView(node)) return 0;
  const { name } = node.primitive!;
  const byConstant = name === "div" && node.args[1]!.scalar !== undefined;
  return byConstant ? 1 : (weights[name] ?? 1);
}

export type RootKind = "map" | "reduce" | "gemm" | "opaque";

/** 哪些节点要有自己的缓冲区，哪些在用到的地方就地算。 */
export interface Plan {
  readonly roots: readonly GraphNode[];
  kind(node: GraphNode): RootKind;
  /** 节点的数值在某个缓冲区里（输入、数组常量、根、根的 reshape）。 */
  stored(node: GraphNode): boolean;
  /** reshape 不搬数据：返回真正持有缓冲区的节点。 */
  holder(node: GraphNode): GraphNode;
}

export function isView(node: GraphNode): boolean {
  return node.primitive !== null && views.has(node.primitive.name);
}

export function kindOf(node: GraphNode): RootKind {
  const { name, expr } = node.primitive!;
  if (reductions.has(name)) return "reduce";
  if (name === "matmul") {
    const inner = node.args[0]!.shape.at(-1)!;
    return inner >= 4 && flops(node) > gemmLimit ? "gemm" : "map";
  }
  return expr || views.has(name) ? "map" : "opaque";
}

/** 乘加次数。 */
function flops(matmul: GraphNode): number {
  return sizeOf(matmul.shape) * matmul.args[0]!.shape.at(-1)!;
}

/** 谁来读：经过哪些视图不论，只看总共读几次、是不是同一个元素读多次。 */
interface Reader {
  readonly node: GraphNode | null;
  /** 每个元素被这个读者读的次数（平均）。 */
  readonly ratio: number;
}

export function makePlan(graph: Graph): Plan {
  const readers = collectReaders(graph);
  const stored = new Set<GraphNode>();
  const cost = new Map<GraphNode, number>();
  /** 就地算的一串有多长。 */
  const depth = new Map<GraphNode, number>();
  const isStored = (x: GraphNode): boolean =>
    x.kind === "input" || (x.kind === "constant" && x.scalar === undefined) || stored.has(x);
  const costOf = (x: GraphNode): number => {
    if (x.scalar !== undefined) return 0;
    return isStored(x) ? 1 : (cost.get(x) ?? 1);
  };
  /** 要求 x 在缓冲区里；reshape 只要求它的来源在。 */
  const store = (x: GraphNode): void => {
    if (isStored(x) || x.kind === "constant") return;
    stored.add(x);
    if (x.primitive?.name === "reshape") store(x.args[0]!);
  };

  // 同一个数的 tanh 与它的导数共用一个指数（compile-emit.ts），所以导数也当场算好存下，不留到反向的循环里。
  const tanhOf = new Set(graph.nodes.flatMap((x) => (x.primitive?.name === "tanh" ? x.args : [])));

  for (const node of graph.nodes) {
    if (node.kind !== "op") continue;
    const kind = kindOf(node);
    if (kind === "opaque") for (const x of node.args) store(x);
    if (kind === "gemm") for (const x of node.args) storeBase(x, store, isStored);
    if (node.primitive!.name === "reshape" && !reshapable(node, isStored)) store(node.args[0]!);
    const own = ownCost(node);
    const raw = own + node.args.reduce((sum, x) => sum + costOf(x), 0);
    cost.set(node, raw);
    const deep = 1 + node.args.reduce((d, x) => Math.max(d, isStored(x) ? 0 : (depth.get(x) ?? 0)), 0);
    depth.set(node, deep);
    if (isView(node)) continue;
    if (deep > depthLimit) store(node);
    const mine = readers.get(node) ?? [];
    if (kind !== "map") store(node);
    else if (node.primitive!.name === "matmul") {
      cost.set(node, 100);
      const only = mine.length === 1 ? mine[0]! : null;
      if (!only?.node?.primitive?.expr || only.ratio > 1) store(node);
    } else if (node.primitive!.name === "sechSquare" && tanhOf.has(node.args[0]!)) store(node);
    else if (mine.length > 1 && raw > 4) store(node);
    else if (raw > 2 && mine.some((r) => r.ratio > 1)) store(node);
  }
  for (const y of graph.outputs) store(y);
  // 输出可能让别的 reshape 的来源变成缓冲区，也可能相反；再核对一遍，保证每个 reshape 都能就地表示。
  for (const node of graph.nodes) {
    if (node.primitive?.name === "reshape" && !stored.has(node) && !reshapable(node, isStored))
      store(node.args[0]!);
  }

  const holder = (x: GraphNode): GraphNode =>
    x.primitive?.name === "reshape" && isStored(x.args[0]!) ? holder(x.args[0]!) : x;
  return {
    roots: graph.nodes.filter((x) => stored.has(x) && holder(x) === x),
    kind: kindOf,
    stored: isStored,
    holder,
  };
}

/** gemm 直接按步长读操作数：把视图下面的节点存好即可；视图不能用步长表示时存视图本身。 */
function storeBase(x: GraphNode, store: (x: GraphNode) => void, isStored: (x: GraphNode) => boolean): void {
  let base = x;
  while (isView(base) && !isStored(base)) {
    const { name } = base.primitive!;
    if (name === "pad" || (name === "reshape" && !affineReshape(base))) {
      store(x);
      return;
    }
    base = base.args[0]!;
  }
  // 标量常量没有缓冲区：把广播后的视图存下来。
  if (base.scalar !== undefined) store(x);
  else store(base);
}

function affineReshape(node: GraphNode): boolean {
  return (
    reshapeIndex(
      node.shape.map(() => zero),
      node.shape,
      node.args[0]!.shape,
    ) !== null
  );
}

/** reshape 能不能就地表示：下标仿射，或者来源可以按行优先的平坦地址求值。 */
function reshapable(node: GraphNode, isStored: (x: GraphNode) => boolean): boolean {
  return affineReshape(node) || flatOk(node.args[0]!, isStored);
}

/** 节点能不能按平坦地址求值（逐元素，且操作数同形状或是标量）。 */
export function flatOk(node: GraphNode, isStored: (x: GraphNode) => boolean): boolean {
  if (isStored(node) || node.scalar !== undefined) return true;
  const { primitive, args } = node;
  if (primitive === null) return false;
  if (sizeOf(node.shape) === 1) return isView(node) || primitive.expr !== undefined;
  if (primitive.name === "reshape") return flatOk(args[0]!, isStored);
  if (!primitive.expr) return false;
  return args.every((x) => {
    const size = sizeOf(x.shape);
    return size === 1 || (size === sizeOf(node.shape) && flatOk(x, isStored));
  });
}

function collectReaders(graph: Graph): Map<GraphNode, Reader[]> {
  const readers = new Map<GraphNode, Reader[]>();
  const read = (x: GraphNode, node: GraphNode | null, times: number): void => {
    let base = x;
    while (isView(base)) base = base.args[0]!;
    const list = readers.get(base);
    const reader = { node, ratio: times / Math.max(1, sizeOf(base.shape)) };
    if (list) list.push(reader);
    else readers.set(base, [reader]);
  };
  for (const node of graph.nodes) {
    if (node.kind !== "op" || isView(node)) continue;
    const name = node.primitive!.name;
    for (const x of new Set(node.args)) {
      if (name === "matmul") read(x, node, flops(node));
      else read(x, node, reductions.has(name) ? sizeOf(x.shape) : sizeOf(node.shape));
    }
  }
  for (const y of graph.outputs) read(y, null, sizeOf(y.shape));
  return readers;
}
