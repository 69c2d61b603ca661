import { allocate, type DType } from "../../dtype.js";
import type { GraphNode } from "../../graph/graph.js";
import { sizeOf } from "../../shape.js";
import {
  type Affine,
  affineKey,
  broadcastIndex,
  constant,
  linear,
  plus,
  reshapeIndex,
  scale,
  type Var,
  variable,
  zero,
} from "./compile-affine.js";
import type { Plan } from "./compile-plan.js";

/** 不超过这么长的内积完全展开。 */
const unrollLimit = 16;

/** 一个元素的表达式。同样的节点、同样的下标只有一个对象，所以公共部分只算一次。 */
export type Expr = { readonly vars: ReadonlySet<Var>; readonly dtype: DType } & (
  | { readonly kind: "literal"; readonly value: number }
  | { readonly kind: "load"; readonly holder: GraphNode; readonly address: Affine }
  | { readonly kind: "op"; readonly node: GraphNode; readonly args: readonly Expr[] }
  /** 若干项之和（展开的内积）。 */
  | { readonly kind: "sum"; readonly items: readonly (readonly [Expr, Expr])[] }
  /** Σ_k a·b，k 是自己的循环变量。 */
  | { readonly kind: "dot"; readonly k: Var; readonly a: Expr; readonly b: Expr }
  /** 下标都在范围内取 inside，否则取 value（pad）。 */
  | {
      readonly kind: "bounded";
      readonly tests: readonly { readonly index: Affine; readonly size: number }[];
      readonly inside: Expr;
      readonly value: number;
    }
);

const none: ReadonlySet<Var> = new Set();

function varsOf(...parts: readonly (Expr | Affine)[]): ReadonlySet<Var> {
  const vars = new Set<Var>();
  for (const part of parts) {
    for (const v of "terms" in part ? part.terms.keys() : part.vars) vars.add(v);
  }
  return vars;
}

/** 把节点在给定下标处的值写成表达式：视图变成下标变换，逐元素变成运算，其余从缓冲区读。 */
export class Lowering {
  private readonly plan: Plan;
  private readonly memo = new Map<string, Expr>();
  /** 内积的循环变量，每个 matmul 一个。 */
  private readonly inner = new Map<GraphNode, Var>();

  constructor(plan: Plan) {
    this.plan = plan;
  }

  /** 根自己的表达式（不从自己的缓冲区读）。 */
  root(node: GraphNode, index: readonly Affine[]): Expr {
    return this.compute(node, index);
  }

  value(node: GraphNode, index: readonly Affine[]): Expr {
    const { plan } = this;
    if (node.scalar !== undefined) return this.literal(node.scalar, node.dtype);
    if (plan.stored(node)) return this.load(node, linear(index, node.shape));
    return this.once(`${node.id}@${index.map(affineKey)}`, () => this.compute(node, index));
  }

  private compute(node: GraphNode, index: readonly Affine[]): Expr {
    const { primitive, args, params } = node;
    const [x] = args as [GraphNode];
    switch (primitive!.name) {
      case "reshape": {
        const mapped = reshapeIndex(index, node.shape, x.shape);
        return mapped ? this.value(x, mapped) : this.flat(x, linear(index, node.shape));
      }
      case "transpose": {
        const inner = new Array<Affine>(index.length);
        for (const [i, p] of (params["perm"] as number[]).entries()) inner[p] = index[i]!;
        return this.value(x, inner);
      }
      case "broadcastTo":
        return this.value(x, broadcastIndex(index, x.shape));
      case "flip": {
        const axes = params["axes"] as number[];
        return this.value(
          x,
          index.map((ix, i) => (axes.includes(i) ? scale(ix, -1, x.shape[i]! - 1) : ix)),
        );
      }
      case "slice": {
        const { start, step } = params as { start: number[]; step?: number[] };
        return this.value(
          x,
          index.map((ix, i) => scale(ix, step?.[i] ?? 1, start[i]!)),
        );
      }
      case "pad":
        return this.pad(x, index, params as { lo: number[]; value?: number });
      case "matmul":
        return this.matmul(node, index);
    }
    return this.elementwise(
      node,
      args.map((a) => this.value(a, broadcastIndex(index, a.shape))),
    );
  }

  /** 按行优先的平坦地址求值。 */
  private flat(node: GraphNode, address: Affine): Expr {
    if (node.scalar !== undefined) return this.literal(node.scalar, node.dtype);
    if (sizeOf(node.shape) === 1) {
      return this.value(
        node,
        node.shape.map(() => zero),
      );
    }
    if (this.plan.stored(node)) return this.load(node, address);
    if (node.primitive!.name === "reshape") return this.flat(node.args[0]!, address);
    return this.once(`${node.id}#${affineKey(address)}`, () =>
      this.elementwise(
        node,
        node.args.map((x) => this.flat(x, address)),
      ),
    );
  }

  private elementwise(node: GraphNode, args: readonly Expr[]): Expr {
    return { kind: "op", node, args, vars: varsOf(...args), dtype: node.dtype };
  }

  private matmul(node: GraphNode, index: readonly Affine[]): Expr {
    const [a, b] = node.args as [GraphNode, GraphNode];
    const size = a.shape.at(-1)!;
    const batch = index.slice(0, -2);
    const [i, j] = index.slice(-2) as [Affine, Affine];
    const left = (k: Affine): Expr => this.value(a, [...broadcastIndex(batch, a.shape.slice(0, -2)), i, k]);
    const right = (k: Affine): Expr => this.value(b, [...broadcastIndex(batch, b.shape.slice(0, -2)), k, j]);
    const { dtype } = node;
    if (size <= unrollLimit) {
      const items = Array.from({ length: size }, (_, k) => [left(constant(k)), right(constant(k))] as const);
      return { kind: "sum", items, vars: varsOf(...items.flat()), dtype };
    }
    let k = this.inner.get(node);
    if (!k) this.inner.set(node, (k = { name: `k${node.id}`, extent: size }));
    const [x, y] = [left(variable(k)), right(variable(k))];
    const vars = new Set(varsOf(x, y));
    vars.delete(k);
    return { kind: "dot", k, a: x, b: y, vars, dtype };
  }

  private pad(x: GraphNode, index: readonly Affine[], params: { lo: number[]; value?: number }): Expr {
    const inner = index.map((ix, i) => scale(ix, 1, -params.lo[i]!));
    const tests = inner.flatMap((ix, i) =>
      inRange(ix, x.shape[i]!) ? [] : [{ index: ix, size: x.shape[i]! }],
    );
    const inside = this.value(x, inner);
    if (tests.length === 0) return inside;
    return {
      kind: "bounded",
      tests,
      inside,
      value: stored(params.value ?? 0, inside.dtype),
      vars: varsOf(inside, ...tests.map((t) => t.index)),
      dtype: inside.dtype,
    };
  }

  private load(node: GraphNode, address: Affine): Expr {
    const holder = this.plan.holder(node);
    return this.once(`load ${holder.id}@${affineKey(address)}`, () => ({
      kind: "load",
      holder,
      address,
      vars: varsOf(address),
      dtype: node.dtype,
    }));
  }

  private literal(value: number, dtype: DType): Expr {
    return { kind: "literal", value, vars: none, dtype };
  }

  private once(key: string, make: () => Expr): Expr {
    let expr = this.memo.get(key);
    if (!expr) this.memo.set(key, (expr = make()));
    return expr;
  }
}

/** 数存进 dtype 的数组之后的样子。 */
function stored(value: number, dtype: DType): number {
  const cell = allocate(dtype, 1);
  cell[0] = value;
  return cell[0]!;
}

/** 仿射下标是否恒在 0…size−1。 */
function inRange(index: Affine, size: number): boolean {
  let [low, high] = [index.offset, index.offset];
  for (const [v, c] of index.terms) {
    if (c > 0) high += c * (v.extent - 1);
    else low += c * (v.extent - 1);
  }
  return low >= 0 && high < size;
}

/** 表达式里的全部读取。 */
export function loadsOf(root: Expr): Set<Expr & { kind: "load" }> {
  const loads = new Set<Expr & { kind: "load" }>();
  const seen = new Set<Expr>();
  const stack = [root];
  for (let e = stack.pop(); e; e = stack.pop()) {
    if (seen.has(e)) continue;
    seen.add(e);
    if (e.kind === "load") loads.add(e);
    stack.push(...childrenOf(e));
  }
  return loads;
}

export function childrenOf(e: Expr): readonly Expr[] {
  switch (e.kind) {
    case "op":
      return e.args;
    case "sum":
      return e.items.flat();
    case "dot":
      return [e.a, e.b];
    case "bounded":
      return [e.inside];
    default:
      return [];
  }
}

/** 地址相等。 */
export function sameAddress(a: Affine, b: Affine): boolean {
  const difference = plus(a, scale(b, -1));
  return difference.offset === 0 && difference.terms.size === 0;
}
