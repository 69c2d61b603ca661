import { sizeOf } from "../shape.js";
import type { GraphNode } from "./graph.js";
import { reachable } from "./optimise.js";
import { along, recognize, silent } from "./patterns.js";
import { symbolOf, withConstant } from "./symbols.js";

/** 画出来的一个框。几个原语可以并成一个框（如平方和），常数写进运算的标题。 */
export interface Box {
  readonly node: GraphNode;
  readonly kind: "input" | "constant" | "op";
  readonly title: string;
  /** 起了名字的运算：标题是名字，这里是运算符。 */
  readonly note: string;
  readonly inputs: readonly { readonly from: Box; readonly tag: string }[];
  readonly isOutput: boolean;
}

/**
 * 计算图 → 适合看的图：去掉没用到的节点，隐去改形与广播，常数并入运算，
 * 平方和写成 ‖·‖²，求和再除以个数写成平均。
 */
export function readableBoxes(outputs: readonly GraphNode[], nodes: readonly GraphNode[]): Box[] {
  const live = reachable(outputs);
  const uses = new Map<GraphNode, number>();
  const readers = new Map<GraphNode, GraphNode[]>();
  for (const node of live) {
    for (const x of node.args) {
      uses.set(x, (uses.get(x) ?? 0) + 1);
      readers.set(x, [...(readers.get(x) ?? []), node]);
    }
  }
  const boxes = new Map<GraphNode, Box>();
  const results = new Set(outputs);
  const own = (x: GraphNode): boolean => (uses.get(x) ?? 0) === 1 && !results.has(x) && x.name === undefined;
  /** 整组合成一个框：里面的节点都不另作他用，也没有名字。 */
  const whole = (node: GraphNode): { title: string; parts: Parts } | null => {
    const found = recognize(node);
    if (!found) return null;
    const inside = new Set([node, ...found.inner]);
    const closed = found.inner.every(
      (x) => x.name === undefined && !results.has(x) && (readers.get(x) ?? []).every((r) => inside.has(r)),
    );
    return closed ? { title: found.title, parts: [...found.parts] } : null;
  };
  /** 隐去的运算由它的来源代表。 */
  const visible = (x: GraphNode): GraphNode =>
    x.kind === "op" && silent.has(x.primitive!.name) && x.name === undefined && !boxes.has(x)
      ? visible(x.args[0]!)
      : x;
  const inputs = (parts: readonly (readonly [GraphNode, string])[]): Box["inputs"] => {
    const list: { from: Box; tag: string }[] = [];
    for (const [x, tag] of parts) {
      const from = boxes.get(visible(x));
      if (!from) continue;
      const same = list.find((l) => l.from === from);
      if (!same) list.push({ from, tag });
      else if (tag && same.tag !== tag) same.tag += `、${tag}`;
    }
    return list;
  };

  for (const node of nodes) {
    if (!live.has(node)) continue;
    const isOutput = results.has(node);
    if (node.kind !== "op") {
      const folded = node.kind === "constant" && node.scalar !== undefined && !isOutput;
      if (folded && (uses.get(node) ?? 0) > 0) continue;
      const title = node.name ?? (node.kind === "input" ? `x${node.id}` : "常量");
      boxes.set(node, { node, kind: node.kind, title, note: "", inputs: [], isOutput });
      continue;
    }
    if (silent.has(node.primitive!.name) && node.name === undefined && !isOutput && visible(node) !== node) {
      if (boxes.has(visible(node)) || isFolded(visible(node))) continue;
    }
    const { title, parts } = whole(node) ?? describe(node, own, visible);
    boxes.set(node, {
      node,
      kind: "op",
      title: node.name ?? title,
      note: node.name === undefined ? "" : title,
      inputs: inputs(parts),
      isOutput,
    });
  }
  return prune([...boxes.values()]);
}

function isFolded(node: GraphNode): boolean {
  return node.kind === "constant" && node.scalar !== undefined;
}

type Parts = (readonly [GraphNode, string])[];

function describe(
  node: GraphNode,
  own: (x: GraphNode) => boolean,
  visible: (x: GraphNode) => GraphNode,
): { title: string; parts: Parts } {
  const { name } = node.primitive!;
  const [a, b] = node.args as [GraphNode, GraphNode | undefined];
  const norm = squaredNorm(node, own);
  if (norm) return norm;
  if (name === "sqrt") {
    // 取过值的平方和只供开方用时，合成一个范数。
    const inner = through(a, own);
    const squared = inner && squaredNorm(inner, own);
    if (squared && own(inner)) return { title: squared.title.replace("²", ""), parts: squared.parts };
  }
  const mean = average(node, own);
  if (mean) return mean;
  if (b && name === "mul" && visible(a) === visible(b)) return { title: "(·)²", parts: [[a, ""]] };
  if (b && node.args.length === 2) {
    for (const [i, x] of node.args.entries()) {
      const c = visible(x).scalar;
      if (c === undefined) continue;
      const title = withConstant(name, c, i === 0);
      if (title) return { title, parts: [[node.args[1 - i]!, ""]] };
    }
  }
  const { title, tags } = symbolOf(name, node.params, a.shape.length);
  return {
    title: literalBranches(name, title, node, visible),
    parts: node.args.map((x, i) => [x, tags?.[i] ?? ""]),
  };
}

/** where 的分支是常数时写进标题，如 “选择，否则 0”。 */
function literalBranches(
  name: string,
  title: string,
  node: GraphNode,
  visible: (x: GraphNode) => GraphNode,
): string {
  if (name !== "where") return title;
  const [, yes, no] = node.args.map((x) => visible(x).scalar);
  if (no !== undefined && yes === undefined) return `选择，否则 ${no}`;
  if (yes !== undefined && no === undefined) return `条件真取 ${yes}`;
  return yes !== undefined ? `真 ${yes}，假 ${no}` : title;
}

/** 穿过只供它用的改形。 */
function through(x: GraphNode, own: (x: GraphNode) => boolean): GraphNode | null {
  let y = x;
  while (y.kind === "op" && silent.has(y.primitive!.name) && own(y)) y = y.args[0]!;
  return y.kind === "op" ? y : null;
}

/** Σ(·)² → ‖·‖²。 */
function squaredNorm(
  node: GraphNode,
  own: (x: GraphNode) => boolean,
): { title: string; parts: Parts } | null {
  if (node.primitive!.name !== "sum") return null;
  const x = node.args[0]!;
  if (x.primitive?.name !== "square" || !own(x)) return null;
  return { title: `‖·‖²${along(node)}`, parts: [[x.args[0]!, ""]] };
}

/** Σ 再乘 1/n 或除以 n → 平均。 */
function average(node: GraphNode, own: (x: GraphNode) => boolean): { title: string; parts: Parts } | null {
  const { name } = node.primitive!;
  if (name !== "div" && name !== "mul") return null;
  for (const [i, x] of node.args.entries()) {
    const c = node.args[1 - i]?.scalar;
    const total = through(x, own);
    if (c === undefined || (name === "div" && i === 1)) continue;
    if (total?.primitive?.name !== "sum" || !own(total)) continue;
    const source = total.args[0]!;
    const n = sizeOf(source.shape) / Math.max(1, sizeOf(total.shape));
    if (Math.abs((name === "div" ? c : 1 / c) - n) > 1e-9 * n) continue;
    const where = along(total);
    const squared = squaredNorm(total, own);
    return squared
      ? { title: `均方${where}`, parts: squared.parts }
      : { title: `平均${where}`, parts: [[source, ""]] };
  }
  return null;
}

/** 并进别的框里的中间运算不再有人用，去掉。 */
function prune(boxes: Box[]): Box[] {
  const needed = new Set<Box>();
  for (const box of [...boxes].reverse()) {
    if (box.isOutput || box.kind === "input") needed.add(box);
    if (needed.has(box)) for (const { from } of box.inputs) needed.add(from);
  }
  return boxes.filter((b) => needed.has(b));
}
