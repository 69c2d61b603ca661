import type { GraphNode } from "../../graph/graph.js";
import type { Shape } from "../../shape.js";
import { type Affine, linear, plus, scale, type Var, variable, zero } from "./compile-affine.js";
import { type Expr, Lowering, loadsOf, sameAddress } from "./compile-lower.js";
import type { Plan } from "./compile-plan.js";

/** 一个循环嵌套里要算的一个根：写到 address，或沿没有出现在 address 里的循环变量约简。 */
export interface Member {
  readonly node: GraphNode;
  readonly reduce: "sum" | "max" | "min" | "prod" | null;
  readonly expr: Expr;
  readonly address: Affine;
}

export type Kernel =
  | { readonly kind: "loop"; readonly vars: readonly Var[]; readonly members: Member[] }
  | { readonly kind: "gemm"; readonly node: GraphNode; readonly left: Operand; readonly right: Operand }
  | { readonly kind: "opaque"; readonly node: GraphNode };

/** gemm 的操作数：缓冲区，以及按批轴、行、列走的地址。 */
export interface Operand {
  readonly holder: GraphNode;
  readonly address: Affine;
  readonly batch: readonly Var[];
  readonly row: Var;
  readonly column: Var;
}

/**
 * 把根分到循环嵌套里：迭代空间相同、又不互相等待的根放进同一个嵌套，
 * 于是一趟循环同时写几个结果、累加几个和，中间值留在局部变量里。
 */
export function schedule(plan: Plan): Kernel[] {
  const lowering = new Lowering(plan);
  const kernels: Kernel[] = [];
  const home = new Map<GraphNode, number>();
  const spaces = new Map<string, readonly Var[]>();
  /** 形状对应的循环变量；长度 1 的轴不要循环。同样的迭代空间共用同一组变量。 */
  const space = (shape: Shape): { vars: readonly Var[]; index: Affine[] } => {
    const dims = shape.filter((n) => n !== 1);
    const key = dims.join("x");
    let vars = spaces.get(key);
    if (!vars) {
      vars = dims.map((extent, i) => ({ name: `i${i}_${spaces.size}`, extent }));
      spaces.set(key, vars);
    }
    let next = 0;
    return { vars, index: shape.map((n) => (n === 1 ? zero : variable(vars[next++]!))) };
  };

  for (const node of plan.roots) {
    const kind = plan.kind(node);
    if (kind === "opaque" || kind === "gemm") {
      home.set(node, kernels.length);
      kernels.push(kind === "opaque" ? { kind, node } : gemm(node, plan, lowering));
      continue;
    }
    const { vars, member } = kind === "map" ? mapMember(node) : reduceMember(node);
    let earliest = 0;
    for (const load of loadsOf(member.expr)) {
      const at = home.get(load.holder);
      if (at === undefined) continue;
      earliest = Math.max(earliest, local(kernels[at]!, load, vars) ? at : at + 1);
    }
    let at = kernels.findIndex((k, i) => i >= earliest && k.kind === "loop" && k.vars === vars);
    if (at < 0) {
      at = kernels.length;
      kernels.push({ kind: "loop", vars, members: [] });
    }
    (kernels[at] as Kernel & { kind: "loop" }).members.push(member);
    home.set(node, at);
  }
  return kernels;

  function mapMember(node: GraphNode): { vars: readonly Var[]; member: Member } {
    const { vars, index } = space(node.shape);
    const member = {
      node,
      reduce: null,
      expr: lowering.root(node, index),
      address: linear(index, node.shape),
    };
    return { vars, member };
  }

  function reduceMember(node: GraphNode): { vars: readonly Var[]; member: Member } {
    const x = node.args[0]!;
    const { vars, index } = space(x.shape);
    const axes = node.params["axes"] as readonly number[];
    const kept = index.filter((_, i) => !axes.includes(i));
    const reduce = node.primitive!.name as Member["reduce"];
    const member = { node, reduce, expr: lowering.value(x, index), address: linear(kept, node.shape) };
    return { vars, member };
  }
}

/** 读的正是同一嵌套里同一次迭代写的元素：直接用局部变量。 */
function local(kernel: Kernel, load: Expr & { kind: "load" }, vars: readonly Var[]): boolean {
  if (kernel.kind !== "loop" || kernel.vars !== vars) return false;
  const writer = kernel.members.find((m) => m.node === load.holder)!;
  return writer.reduce === null && sameAddress(writer.address, load.address);
}

function gemm(node: GraphNode, plan: Plan, lowering: Lowering): Kernel {
  const batch = node.shape.slice(0, -2).map((extent, i) => ({ name: `g${i}_${node.id}`, extent }));
  const [m, n] = node.shape.slice(-2) as [number, number];
  const k = node.args[0]!.shape.at(-1)!;
  // 变量名各不相同：Lowering 按名字认表达式。
  const operand = (x: GraphNode, side: string, rows: number, columns: number): Operand => {
    const row: Var = { name: `row${side}${node.id}`, extent: rows };
    const column: Var = { name: `column${side}${node.id}`, extent: columns };
    const own = x.shape.slice(0, -2);
    const lead = batch.slice(batch.length - own.length).map((v, i) => (own[i] === 1 ? zero : variable(v)));
    const expr = lowering.value(x, [...lead, variable(row), variable(column)]);
    if (expr.kind !== "load") throw new Error(`gemm 的操作数不在缓冲区里：${plan.kind(x)}`);
    return { holder: expr.holder, address: expr.address, batch, row, column };
  };
  const left = operand(node.args[0]!, "L", m, k);
  const right = operand(node.args[1]!, "R", k, n);
  return { kind: "gemm", node, left, right };
}

/** 合并相邻的循环：每个地址在两层上都首尾相接时，两层就是一层。返回剩下的循环与各变量归到哪个循环。 */
export function coalesce(
  vars: readonly Var[],
  addresses: readonly Affine[],
  pinned: ReadonlySet<Var>,
): { loops: { v: Var; extent: number }[]; owner: Map<Var, Var> } {
  const loops: { v: Var; extent: number }[] = [];
  const owner = new Map<Var, Var>();
  for (const v of vars) {
    const outer = loops.at(-1);
    const joins =
      outer !== undefined &&
      !pinned.has(v) &&
      !pinned.has(outer.v) &&
      addresses.every((a) => (a.terms.get(outer.v) ?? 0) === (a.terms.get(v) ?? 0) * v.extent);
    if (joins) {
      for (const [x, o] of owner) if (o === outer.v) owner.set(x, v);
      loops[loops.length - 1] = { v, extent: outer.extent * v.extent };
    } else loops.push({ v, extent: v.extent });
    owner.set(v, v);
  }
  return { loops, owner };
}

/** 合并后的地址：只剩每个循环自己的系数。 */
export function merged(a: Affine, owner: ReadonlyMap<Var, Var>): Affine {
  let out: Affine = { offset: a.offset, terms: new Map() };
  for (const [v, c] of a.terms) {
    if ((owner.get(v) ?? v) === v) out = plus(out, scale({ offset: 0, terms: new Map([[v, 1]]) }, c));
  }
  return out;
}
