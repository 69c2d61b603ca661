import type { GraphNode } from "./graph.js";
import { showNumber } from "./summary.js";

/** 认出的一组原语：合成一个框，inner 是被合进去的节点。 */
export interface Pattern {
  /** 局部规则表里的键。 */
  readonly rule: string;
  readonly title: string;
  readonly parts: readonly (readonly [GraphNode, string])[];
  readonly inner: readonly GraphNode[];
}

/** 只改形状、不改数值的运算。 */
export const silent: ReadonlySet<string> = new Set(["reshape", "broadcastTo", "cast", "to"]);

/**
 * 库函数（norm、softmax、logsumexp、huber）为了数值稳妥，比公式多几步防护；画图时按公式画成一个框。
 * 只认完全相同的写法；中间结果另有他用、起了名字时照原样画。
 */
export function recognize(node: GraphNode): Pattern | null {
  switch (node.primitive!.name) {
    case "where":
      return norm(node) ?? huber(node);
    case "mul":
      return scaledNorm(node);
    case "div":
      return softmax(node);
    case "sub":
      return logSoftmax(node);
    case "add":
      return logsumexp(node);
    default:
      return null;
  }
}

/** where(s = 0, 0, √where(s = 0, 1, s))，s = Σx²：零向量处梯度为零的范数。 */
function norm(node: GraphNode): Pattern | null {
  const [condition, zero, root] = node.args;
  const guarded = take(root, "sqrt")?.args[0];
  const inner = take(guarded, "where");
  if (!inner || scalar(zero) !== 0 || inner.args[0] !== condition || scalar(inner.args[1]) !== 1) return null;
  const total = inner.args[2]!;
  const test = take(condition, "equal");
  const sum = take(bare(total), "sum");
  const squares = take(sum?.args[0], "square");
  if (!test || bare(test.args[0]!) !== sum || scalar(test.args[1]) !== 0 || !sum || !squares) return null;
  return {
    rule: "norm",
    title: `‖·‖${along(sum)}`,
    parts: [[squares.args[0]!, ""]],
    inner: [condition!, root!, inner, total, sum, squares],
  };
}

/** m·‖x/m‖，m 由 |x| 的最大值经防护得到（不求导）：不溢出的范数。 */
function scaledNorm(node: GraphNode): Pattern | null {
  const root = take(bare(node.args[0]), "where");
  const unscaled = root && norm(root);
  const ratio = take(unscaled?.parts[0]?.[0], "div");
  if (!unscaled || !ratio || bare(ratio.args[1]!) !== bare(node.args[1])) return null;
  const x = ratio.args[0]!;
  const scale = guarded(node.args[1]!, x, ["where", "less", "greater", "logicalAnd", "abs", "detach"]);
  if (!scale) return null;
  const inner = [...between(node.args[0]!, root!), ...unscaled.inner, ratio, ...scale];
  return { rule: "norm", title: unscaled.title, parts: [[x, ""]], inner };
}

/** where(|e| ≤ δ, ½·where(|e| ≤ δ, e, 0)², δ(|e| − δ/2))。 */
function huber(node: GraphNode): Pattern | null {
  const [condition, quadratic, linear] = node.args;
  const size = take(condition, "lessEqual")?.args[0];
  const delta = take(condition, "lessEqual")?.args[1];
  const e = take(size, "abs")?.args[0];
  const square = take(take(quadratic, "mul")?.args[1], "square");
  const inside = take(square?.args[0], "where");
  const excess = take(take(linear, "mul")?.args[1], "sub");
  if (!e || !delta || !square || !inside || !excess) return null;
  if (inside.args[1] !== e || inside.args[0] !== condition || excess.args[0] !== size) return null;
  const d = scalar(delta);
  return {
    rule: "huber",
    title: d === undefined ? "Huber" : `Huber，δ = ${showNumber(d)}`,
    parts:
      d === undefined
        ? [
            [e, "误差"],
            [delta, "δ"],
          ]
        : [[e, ""]],
    inner: [condition!, quadratic!, linear!, size!, square, inside, excess],
  };
}

/** exp(x−m) ÷ Σexp(x−m)，m 是 x 的最大值。 */
function softmax(node: GraphNode): Pattern | null {
  const e = take(node.args[0], "exp");
  const sum = take(bare(node.args[1]), "sum");
  const shifted = e && centered(e.args[0]);
  if (!sum || !shifted || sum.args[0] !== e) return null;
  return {
    rule: "softmax",
    title: `softmax${along(sum)}`,
    parts: [[shifted.x, ""]],
    inner: [e, ...between(node.args[1]!, sum), ...shifted.inner],
  };
}

/** (x−m) − ln Σexp(x−m)。 */
function logSoftmax(node: GraphNode): Pattern | null {
  const shifted = centered(node.args[0]);
  const total = logSum(node.args[1], node.args[0]);
  if (!shifted || !total) return null;
  return {
    rule: "logSoftmax",
    title: `ln softmax${total.where}`,
    parts: [[shifted.x, ""]],
    inner: [...total.inner, ...shifted.inner],
  };
}

/** ln Σexp(x−m) + m。 */
function logsumexp(node: GraphNode): Pattern | null {
  const total = logSum(node.args[0], undefined);
  const shifted = total && centered(total.shifted);
  if (!shifted || bare(shifted.m) !== bare(node.args[1])) return null;
  return {
    rule: "logsumexp",
    title: `ln Σ exp${total.where}`,
    parts: [[shifted.x, ""]],
    inner: [...total.inner, ...shifted.inner],
  };
}

function logSum(
  x: GraphNode | undefined,
  exponent: GraphNode | undefined,
): { shifted: GraphNode; where: string; inner: GraphNode[] } | null {
  const log = take(bare(x), "log");
  const sum = take(bare(log?.args[0]), "sum");
  const e = take(sum?.args[0], "exp");
  if (!log || !sum || !e || (exponent && e.args[0] !== exponent)) return null;
  return {
    shifted: e.args[0]!,
    where: along(sum),
    inner: [...between(x!, log), ...between(log.args[0]!, sum), e],
  };
}

/** x − m，m 由 x 的最大值经防护得到（不求导）。 */
function centered(x: GraphNode | undefined): { x: GraphNode; m: GraphNode; inner: GraphNode[] } | null {
  const shift = take(x, "sub");
  const m = shift?.args[1];
  if (!shift || !m) return null;
  const inner = guarded(m, shift.args[0]!, ["where", "equal", "sub", "detach", "stopGradient"]);
  return inner && { x: shift.args[0]!, m, inner: [shift, ...inner] };
}

/** 从 m 到 x 的节点：中间有一个最大值，其余只是防护。 */
function guarded(m: GraphNode, x: GraphNode, guards: readonly string[]): GraphNode[] | null {
  const inner: GraphNode[] = [];
  const stack = [m];
  let found = false;
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (bare(node) === bare(x) || node.kind === "constant" || inner.includes(node)) continue;
    const name = node.primitive?.name ?? "";
    if (name === "max") found = true;
    else if (!silent.has(name) && !guards.includes(name)) return null;
    inner.push(node);
    stack.push(...node.args);
  }
  return found ? inner : null;
}

function take(x: GraphNode | undefined, name: string): GraphNode | undefined {
  return x?.primitive?.name === name ? x : undefined;
}

function scalar(x: GraphNode | undefined): number | undefined {
  return x === undefined ? undefined : bare(x)?.scalar;
}

/** 去掉改形之后的节点。 */
export function bare(x: GraphNode): GraphNode;
export function bare(x: GraphNode | undefined): GraphNode | undefined;
export function bare(x: GraphNode | undefined): GraphNode | undefined {
  let y = x;
  while (y?.primitive && silent.has(y.primitive.name)) y = y.args[0];
  return y;
}

/** 从 x 穿过改形到 end，途中的节点（含两端）。 */
function between(x: GraphNode, end: GraphNode): GraphNode[] {
  const list: GraphNode[] = [];
  for (let y = x; ; y = y.args[0]!) {
    list.push(y);
    if (y === end) return list;
  }
}

/** 沿哪几个轴；沿全部的轴时不写。 */
export function along(reduction: GraphNode): string {
  const axes = reduction.params["axes"] as readonly number[];
  return axes.length === reduction.args[0]!.shape.length ? "" : ` 沿轴 ${axes.join(", ")}`;
}
