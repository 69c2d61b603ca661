import { type Scope, scopePath } from "./blocks.js";
import type { BoxText } from "./picture.js";

/** Graphviz 的 DOT 文本；同一段的框放在一个 cluster 里。 */
export function drawDot(texts: readonly BoxText[]): string {
  const id = new Map(texts.map(({ box }, i) => [box, `n${i}`]));
  const lines: string[] = [];
  const roots = new Map<Scope | null, BoxText[]>();
  const children = new Map<Scope | null, Scope[]>();
  for (const text of texts) {
    // 收起的段自己在外面一层。
    const home = text.box.kind === "block" ? text.box.scope!.parent : text.box.scope;
    roots.set(home, [...(roots.get(home) ?? []), text]);
    for (const s of scopePath(home)) {
      const siblings = children.get(s.parent) ?? [];
      if (!siblings.includes(s)) children.set(s.parent, [...siblings, s]);
    }
  }
  let clusters = 0;
  const write = (scope: Scope | null, indent: string): void => {
    for (const text of roots.get(scope) ?? []) lines.push(indent + drawNode(id.get(text.box)!, text));
    for (const inner of children.get(scope) ?? []) {
      lines.push(`${indent}subgraph cluster_${clusters++} {`, `${indent}  label="${quote(inner.name)}";`);
      write(inner, `${indent}  `);
      lines.push(`${indent}}`);
    }
  };
  write(null, "  ");
  const edges = texts.flatMap(({ box }) =>
    box.inputs.map(
      ({ from, tag }) => `  ${id.get(from)} -> ${id.get(box)}${tag ? ` [label="${quote(tag)}"]` : ""};`,
    ),
  );
  return ["digraph tidu {", "  rankdir=LR;", ...lines, ...edges, "}"].join("\n");
}

function drawNode(id: string, { box, value, adjoint }: BoxText): string {
  const title = box.note ? `${box.title} = ${box.note}` : box.title;
  const rows = [title, value.join("; "), ...(adjoint === null ? [] : [`伴随 ${adjoint.join("; ")}`])];
  const label = rows.map(quote).join("\\n");
  const style = { op: "rounded", block: "rounded,bold", constant: "dashed", input: "bold" }[box.kind];
  return `${id} [label="${label}", shape=box, style="${style}"];`;
}

function quote(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
