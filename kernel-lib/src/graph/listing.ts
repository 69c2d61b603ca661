import { type Scope, scopePath } from "./blocks.js";
import { type Collapse, chooser } from "./collapse.js";
import type { GraphNode } from "./graph.js";
import { showDims } from "./summary.js";

/** 清单要用到的：节点的数值与伴随各写成一行。 */
export interface ListingValues {
  value(node: GraphNode): string;
  adjoint(node: GraphNode): string | null;
}

/** 一行一步的清单；收起的段占一行，写在它最后一个运算的位置上。 */
export function listNodes(
  nodes: readonly GraphNode[],
  outputs: readonly GraphNode[],
  collapse: Collapse,
  values: ListingValues,
): string {
  const steps = nodes.filter((n) => n.kind === "op").length;
  const inputs = nodes.filter((n) => n.kind === "input").length;
  const head = `计算图：${inputs} 个输入，${steps} 步运算，输出 ${outputs.map((y) => `%${y.id}`).join("、")}`;
  const chosen = chooser(collapse);
  const home = new Map(nodes.map((n) => [n, scopePath(n.scope ?? null).find(chosen) ?? null]));
  const rows: string[][] = [];
  for (const node of nodes) {
    const scope = home.get(node)!;
    if (scope === null) rows.push(row(node, values));
    else if (lastOf(scope, nodes, home) === node) rows.push(foldedRow(scope, nodes, outputs, home, values));
  }
  const widths = [0, 1, 2, 3].map((c) => Math.max(...rows.map((r) => displayWidth(r[c]!))));
  const lines = rows.map((r) =>
    `  ${r.map((cell, c) => cell + " ".repeat(Math.max(0, (widths[c] ?? 0) - displayWidth(cell)))).join("  ")}`.trimEnd(),
  );
  return [head, ...lines].join("\n");
}

type Homes = ReadonlyMap<GraphNode, Scope | null>;

function row(node: GraphNode, values: ListingValues): string[] {
  const call =
    node.kind === "op"
      ? `${node.primitive!.name}(${node.args.map((x) => `%${x.id}`).join(", ")})`
      : node.kind === "input"
        ? "输入"
        : "常量";
  const name = node.name === undefined ? "" : `${node.name} = `;
  return cells(node, pathText(node.scope ?? null) + name + call, values);
}

function foldedRow(
  scope: Scope,
  nodes: readonly GraphNode[],
  outputs: readonly GraphNode[],
  home: Homes,
  values: ListingValues,
): string[] {
  const inside = nodes.filter((n) => home.get(n) === scope);
  const from = new Set(inside.flatMap((n) => n.args).filter((x) => home.get(x) !== scope));
  const shown = [...from].filter((x) => x.kind !== "constant").map((x) => `%${x.id}`);
  const used = new Set(nodes.filter((n) => home.get(n) !== scope).flatMap((n) => n.args));
  const exits = inside.filter((n) => used.has(n) || outputs.includes(n));
  const text = `${pathText(scope.parent)}${scope.name}(${shown.join(", ")})，${inside.length} 步`;
  return cells(exits.at(-1) ?? inside.at(-1)!, text, values);
}

function cells(node: GraphNode, text: string, values: ListingValues): string[] {
  const adjoint = values.adjoint(node);
  return [
    `%${node.id}`,
    text,
    `${node.dtype}[${showDims(node.shape)}]`,
    values.value(node),
    adjoint === null ? "" : `伴随 ${adjoint}`,
  ];
}

function lastOf(scope: Scope, nodes: readonly GraphNode[], home: Homes): GraphNode | undefined {
  return nodes.findLast((n) => home.get(n) === scope);
}

function pathText(scope: Scope | null): string {
  return scopePath(scope)
    .map((s) => `${s.name} / `)
    .join("");
}

/** 终端里的显示宽度：汉字占两格。 */
function displayWidth(text: string): number {
  let width = 0;
  for (const c of text) width += /[\u2e80-\u9fff\uff00-\uff60]/.test(c) ? 2 : 1;
  return width;
}
