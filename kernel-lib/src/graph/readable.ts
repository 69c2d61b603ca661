import { sizeOf } from "../shape.js";
import { commonScope, type Scope, within } from "./blocks.js";
import type { GraphNode } from "./graph.js";
import { reachable } from "./optimise.js";
import { along, bare, recognize, silent } from "./patterns.js";
import { symbolOf, withConstant } from "./symbols.js";

/** 画出来的一个框。几个原语可以并成一个框（如平方和），常数写进运算的标题。 */
export interface Box {
  /** 框的值所在的节点；收起的一段取它最后一个出口。 */
  readonly node: GraphNode;
  readonly kind: "input" | "constant" | "op" | "block";
  readonly title: string;
  /** 起了名字的运算：标题是名字，这里是运算符。 */
  readonly note: string;
  readonly inputs: readonly { readonly from: Box; readonly tag: string }[];
  readonly isOutput: boolean;
  /** 所在的有名字的一段。 */
  readonly scope: Scope | null;
  /** 局部规则表里的键，与依次的操作数：框，或写进标题的常数。 */
  readonly rule: string;
  readonly operands: readonly (Box | number)[];
  /** 收起的一段：里面的框，以及外面用到的那几个。 */
  readonly inside?: readonly Box[];
  readonly exits?: readonly Box[];
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
  const scopeOf = (x: GraphNode): Scope | null => x.scope ?? null;
  /** 只供同一段里的一个运算用。 */
  const own = (x: GraphNode): boolean =>
    (uses.get(x) ?? 0) === 1 &&
    !results.has(x) &&
    x.name === undefined &&
    scopeOf(readers.get(x)![0]!) === scopeOf(x);
  /** 整组合成一个框：里面的节点都不另作他用，也没有名字。 */
  const whole = (node: GraphNode): Drawn | null => {
    const found = recognize(node);
    if (!found) return null;
    const inside = new Set([node, ...found.inner]);
    const closed = found.inner.every(
      (x) =>
        x.name === undefined &&
        scopeOf(x) === scopeOf(node) &&
        !results.has(x) &&
        (readers.get(x) ?? []).every((r) => inside.has(r)),
    );
    return closed ? { rule: found.rule, title: found.title, parts: [...found.parts] } : null;
  };
  /** 整段只有改形：照画，否则这一段就不见了。 */
  const wholeBlock = (x: GraphNode): boolean => {
    const scope = scopeOf(x);
    if (scope === null || within(scopeOf(bare(x)), scope)) return false;
    return results.has(x) || (readers.get(x) ?? []).some((r) => !within(scopeOf(r), scope));
  };
  /** 隐去的运算由它的来源代表。 */
  const visible = (x: GraphNode): GraphNode => (isSilent(x) && !boxes.has(x) ? visible(x.args[0]!) : x);
  const operands = (parts: Parts): Box["operands"] =>
    parts.flatMap(([x]) => boxes.get(visible(x)) ?? visible(x).scalar ?? []);
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
      const scopes = node.kind === "input" ? [] : (readers.get(node) ?? []).map(scopeOf);
      const scope = scopes.length > 0 ? scopes.reduce((a, b) => commonScope(a, b)) : null;
      boxes.set(node, {
        node,
        kind: node.kind,
        title,
        note: "",
        inputs: [],
        isOutput,
        scope,
        rule: node.kind,
        operands: [],
      });
      continue;
    }
    if (isSilent(node) && !isOutput && !wholeBlock(node)) {
      if (boxes.has(visible(node)) || isFolded(visible(node))) continue;
    }
    const { rule, title, parts, full } = whole(node) ?? describe(node, own, visible);
    boxes.set(node, {
      node,
      kind: "op",
      title: node.name ?? title,
      note: node.name === undefined ? "" : title,
      inputs: inputs(parts),
      isOutput,
      scope: scopeOf(node),
      rule,
      operands: operands(full ?? parts),
    });
  }
  return prune([...boxes.values()]);
}

function isSilent(x: GraphNode): boolean {
  return x.kind === "op" && silent.has(x.primitive!.name) && x.name === undefined;
}

function isFolded(node: GraphNode): boolean {
  return node.kind === "constant" && node.scalar !== undefined;
}

type Parts = (readonly [GraphNode, string])[];

/** 一个运算画成的框；full 是连同常数的全部操作数。 */
interface Drawn {
  readonly rule: string;
  readonly title: string;
  readonly parts: Parts;
  readonly full?: Parts;
}

function describe(
  node: GraphNode,
  own: (x: GraphNode) => boolean,
  visible: (x: GraphNode) => GraphNode,
): Drawn {
  const { name } = node.primitive!;
  const [a, b] = node.args as [GraphNode, GraphNode | undefined];
  const norm = squaredNorm(node, own);
  if (norm) return norm;
  if (name === "sqrt") {
    // 取过值的平方和只供开方用时，合成一个范数。
    const inner = through(a, own);
    const squared = inner && squaredNorm(inner, own);
    if (squared && own(inner))
      return { rule: "norm", title: squared.title.replace("²", ""), parts: squared.parts };
  }
  const mean = average(node, own);
  if (mean) return mean;
  if (b && name === "mul" && visible(a) === visible(b))
    return { rule: "square", title: "(·)²", parts: [[a, ""]] };
  const full: Parts = node.args.map((x) => [x, ""]);
  if (b && node.args.length === 2) {
    for (const [i, x] of node.args.entries()) {
      const c = visible(x).scalar;
      if (c === undefined) continue;
      const title = withConstant(name, c, i === 0);
      if (title) return { rule: name, title, parts: [[node.args[1 - i]!, ""]], full };
    }
  }
  const { title, tags } = symbolOf(name, node.params, a.shape.length);
  return {
    rule: name,
    title: literalBranches(name, title, node, visible),
    parts: node.args.map((x, i) => [x, tags?.[i] ?? ""]),
    full,
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
function squaredNorm(node: GraphNode, own: (x: GraphNode) => boolean): Drawn | null {
  if (node.primitive!.name !== "sum") return null;
  const x = node.args[0]!;
  if (x.primitive?.name !== "square" || !own(x)) return null;
  return { rule: "squaredNorm", title: `‖·‖²${along(node)}`, parts: [[x.args[0]!, ""]] };
}

/** Σ 再乘 1/n 或除以 n → 平均。 */
function average(node: GraphNode, own: (x: GraphNode) => boolean): Drawn | null {
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
      ? { rule: "meanSquare", title: `均方${where}`, parts: squared.parts }
      : { rule: "mean", title: `平均${where}`, parts: [[source, ""]] };
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
