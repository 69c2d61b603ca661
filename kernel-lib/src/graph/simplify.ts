import { type Params, type Primitive, primitive } from "../core/primitive.js";
import { broadcastShapes, type Shape, sameShape } from "../shape.js";
import type { GraphNode } from "./graph.js";

/** 化简规则造新节点时用的接口（GraphBuilder 实现它）。 */
export interface NodeMaker {
  op(p: Primitive<any>, args: readonly GraphNode[], params: Params): GraphNode;
}

/**
 * 代数化简。只用对每个浮点数（含 NaN、±∞、−0）都逐位成立的恒等式：
 * x·0 不化成 0（NaN、∞），x+0 不化成 x（−0+0 是 0），但 x−0、x+(−0)、x·1、x/1 可以。
 */
export function simplify(
  make: NodeMaker,
  p: Primitive<any>,
  args: readonly GraphNode[],
  params: Params,
): GraphNode | null {
  if (p.expr && args.length > 1) {
    const bare = withoutBroadcast(p.name, args);
    if (bare) return make.op(p, bare, params);
  }
  const node = rules[p.name]?.(make, args, params) ?? null;
  if (node === null || !p.expr) return node;
  // 逐元素规则只看数值：结果的形状与元素类型必须还是原来的。
  const aval = p.shape(args, params);
  if (node.dtype !== aval.dtype) return null;
  return sameShape(node.shape, aval.shape) ? node : null;
}

type Rule = (make: NodeMaker, args: readonly GraphNode[], params: any) => GraphNode | null;

const rules: Record<string, Rule> = {
  add: (make, [a, b]) => {
    if (isScalar(b!, -0)) return a!;
    if (isScalar(a!, -0)) return b!;
    if (isOp(b!, "neg")) return make.op(primitive("sub"), [a!, b!.args[0]!], {});
    return null;
  },
  sub: (make, [a, b]) => {
    if (isScalar(b!, 0)) return a!;
    return isOp(b!, "neg") ? make.op(primitive("add"), [a!, b!.args[0]!], {}) : null;
  },
  mul: (make, [a, b]) => {
    if (isScalar(b!, 1)) return a!;
    if (isScalar(a!, 1)) return b!;
    if (isScalar(b!, -1)) return make.op(primitive("neg"), [a!], {});
    if (isScalar(a!, -1)) return make.op(primitive("neg"), [b!], {});
    return null;
  },
  div: (_, [a, b]) => (isScalar(b!, 1) ? a! : null),
  neg: (_, [x]) => (isOp(x!, "neg") ? x!.args[0]! : null),
  pow: (make, [x, y]) => {
    if (isScalar(y!, 1)) return x!;
    return isScalar(y!, 2) ? make.op(primitive("square"), [x!], {}) : null;
  },
  cast: (_, [x], { dtype }) => (x!.dtype === dtype ? x! : null),
  reshape: (make, [x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x!;
    return isOp(x!, "reshape") ? make.op(primitive("reshape"), [x!.args[0]!], { shape }) : null;
  },
  transpose: (make, [x], { perm }) => {
    if ((perm as Shape).every((p, i) => p === i)) return x!;
    if (!isOp(x!, "transpose")) return null;
    const inner = x!.params["perm"] as Shape;
    return make.op(primitive("transpose"), [x!.args[0]!], { perm: (perm as Shape).map((p) => inner[p]!) });
  },
  broadcastTo: (make, [x], { shape }) => {
    if (sameShape(x!.shape, shape)) return x!;
    return isOp(x!, "broadcastTo") ? make.op(primitive("broadcastTo"), [x!.args[0]!], { shape }) : null;
  },
  sum: (make, [x], { axes }) => dropUnitAxes(make, x!, axes),
  max: (make, [x], { axes }) => dropUnitAxes(make, x!, axes),
  min: (make, [x], { axes }) => dropUnitAxes(make, x!, axes),
  prod: (make, [x], { axes }) => dropUnitAxes(make, x!, axes),
};

/** 只沿长度为 1 的轴归约，就是去掉这些轴。 */
function dropUnitAxes(make: NodeMaker, x: GraphNode, axes: readonly number[]): GraphNode | null {
  if (!axes.every((a) => x.shape[a] === 1) || x.dtype === "bool" || x.dtype === "int32") return null;
  const shape = x.shape.filter((_, i) => !axes.includes(i));
  return make.op(primitive("reshape"), [x], { shape });
}

/** 逐元素原语自己会广播：操作数里显式的 broadcastTo 若去掉后结果形状不变，就去掉。 */
function withoutBroadcast(name: string, args: readonly GraphNode[]): GraphNode[] | null {
  if (!args.some((x) => isOp(x, "broadcastTo"))) return null;
  const target = broadcastShapes(name, ...args.map((x) => x.shape));
  const next = [...args];
  let changed = false;
  for (let i = 0; i < next.length; i++) {
    if (!isOp(next[i]!, "broadcastTo")) continue;
    const trial = next.with(i, next[i]!.args[0]!);
    if (!sameShape(broadcastShapes(name, ...trial.map((x) => x.shape)), target)) continue;
    next[i] = trial[i]!;
    changed = true;
  }
  return changed ? next : null;
}

function isOp(node: GraphNode, name: string): boolean {
  return node.primitive?.name === name;
}

function isScalar(node: GraphNode, value: number): boolean {
  return node.scalar !== undefined && Object.is(node.scalar, value);
}
