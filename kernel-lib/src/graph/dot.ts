import type { BoxText } from "./svg.js";

/** Graphviz 的 DOT 文本。 */
export function drawDot(texts: readonly BoxText[]): string {
  const id = new Map(texts.map(({ box }, i) => [box, `n${i}`]));
  const lines = texts.map(({ box, value, adjoint }) => {
    const title = box.note ? `${box.title} = ${box.note}` : box.title;
    const label = [title, value, ...(adjoint === null ? [] : [`伴随 ${adjoint}`])].map(quote).join("\\n");
    const shape =
      box.kind === "op" ? 'style="rounded"' : box.kind === "constant" ? 'style="dashed"' : 'style="bold"';
    return `  ${id.get(box)} [label="${label}", shape=box, ${shape}];`;
  });
  const edges = texts.flatMap(({ box }) =>
    box.inputs.map(
      ({ from, tag }) => `  ${id.get(from)} -> ${id.get(box)}${tag ? ` [label="${quote(tag)}"]` : ""};`,
    ),
  );
  return ["digraph tidu {", "  rankdir=LR;", ...lines, ...edges, "}"].join("\n");
}

function quote(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}
