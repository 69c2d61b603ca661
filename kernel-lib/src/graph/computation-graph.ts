import { isFloat } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";
import { drawDot } from "./dot.js";
import type { GraphNode } from "./graph.js";
import { type Box, readableBoxes } from "./readable.js";
import { showDims, summarize } from "./summary.js";
import { type BoxText, drawSvg, type SvgOptions } from "./svg.js";

/** 计算图的一步：一个输入、一个常量或一次运算。 */
export interface ComputationNode {
  readonly id: number;
  readonly kind: "input" | "constant" | "op";
  /** 参数名，或用 named 起的名字。 */
  readonly name: string | null;
  /** 原语名；输入与常量是 null。 */
  readonly operation: string | null;
  /** 各操作数的 id。 */
  readonly args: readonly number[];
  readonly shape: Shape;
  readonly value: Tensor;
  /** 输出对它的导数；没有算伴随或与输出无关时是 null。 */
  readonly adjoint: Tensor | null;
}

/** 逐步演示的一帧。 */
export interface Frame {
  readonly title: string;
  readonly svg: string;
}

type Traced = GraphNode & { readonly result: ArrayTensor };

/**
 * 带数值的计算图，由 trace 得到。
 *
 * @example
 * const graph = trace((x: Tensor) => add(mul(x, x), x))(3);
 * [graph.output.value.item(), graph.inputs.length] // => [12, 1]
 */
export class ComputationGraph {
  readonly nodes: readonly ComputationNode[];
  readonly outputs: readonly ComputationNode[];
  private readonly traced: readonly Traced[];
  private readonly results: readonly Traced[];
  private readonly adjoints: ReadonlyMap<GraphNode, ArrayTensor> | null;

  constructor(
    traced: readonly Traced[],
    outputs: readonly Traced[],
    adjoints: ReadonlyMap<GraphNode, ArrayTensor> | null,
  ) {
    this.traced = traced;
    this.results = outputs;
    this.adjoints = adjoints;
    this.nodes = traced.map((node) => ({
      id: node.id,
      kind: node.kind,
      name: node.name ?? null,
      operation: node.primitive?.name ?? null,
      args: node.args.map((x) => x.id),
      shape: node.shape,
      value: node.result,
      adjoint: adjoints?.get(node) ?? null,
    }));
    this.outputs = outputs.map((y) => this.nodes[y.id]!);
  }

  get inputs(): readonly ComputationNode[] {
    return this.nodes.filter((n) => n.kind === "input");
  }

  /** 第一个输出。 */
  get output(): ComputationNode {
    return this.outputs[0]!;
  }

  /** 一行一步的清单。 */
  toString(): string {
    const steps = this.nodes.filter((n) => n.kind === "op").length;
    const head = `计算图：${this.inputs.length} 个输入，${steps} 步运算，输出 ${this.outputs.map((y) => `%${y.id}`).join("、")}`;
    const rows = this.traced.map((node, i) => {
      const call =
        node.kind === "op"
          ? `${node.primitive!.name}(${node.args.map((x) => `%${x.id}`).join(", ")})`
          : node.kind === "input"
            ? "输入"
            : "常量";
      const name = node.name === undefined ? "" : `${node.name} = `;
      const adjoint = this.adjoints?.get(node);
      return [
        `%${i}`,
        name + call,
        `${node.dtype}[${showDims(node.shape)}]`,
        describe(node.result),
        adjoint ? `伴随 ${describe(adjoint)}` : "",
      ];
    });
    const widths = [0, 1, 2, 3].map((c) => Math.max(...rows.map((r) => displayWidth(r[c]!))));
    const lines = rows.map((r) =>
      `  ${r.map((cell, c) => cell + " ".repeat(Math.max(0, (widths[c] ?? 0) - displayWidth(cell)))).join("  ")}`.trimEnd(),
    );
    return [head, ...lines].join("\n");
  }

  /** Graphviz 的 DOT 文本。 */
  toDot(): string {
    return drawDot(this.texts());
  }

  /** 自足的 SVG；深色浅色由 theme 定，缺省跟随系统。 */
  toSvg(options: SvgOptions = {}): string {
    return drawSvg(this.texts(), options);
  }

  /** 逐步的画面：先一步步前向填上数值，有伴随时再一步步反向填上伴随值。 */
  frames(options: SvgOptions = {}): Frame[] {
    const all = this.texts();
    const steps = all.filter((t) => t.box.kind === "op");
    const known = new Set<Box>(all.filter((t) => t.box.kind !== "op").map((t) => t.box));
    const pulled = new Set<Box>();
    const draw = (title: string, current: Box | null): Frame => {
      const texts = all.map((t) => ({
        ...t,
        value: known.has(t.box) ? t.value : "?",
        adjoint: t.adjoint === null ? null : pulled.has(t.box) ? t.adjoint : " ",
        faded: !known.has(t.box),
        active: t.box === current,
      }));
      return { title, svg: drawSvg(texts, { ...options, title }) };
    };
    const frames = [draw("输入", null)];
    for (const { box } of steps) {
      known.add(box);
      frames.push(draw(`前向：${box.title}`, box));
    }
    if (this.adjoints === null) return frames;
    for (const t of all) if (t.box.isOutput) pulled.add(t.box);
    frames.push(draw("反向：输出的伴随是 1", all.find((t) => t.box.isOutput)?.box ?? null));
    for (const { box } of [...steps].reverse()) {
      for (const { from } of box.inputs) pulled.add(from);
      frames.push(draw(`反向：经过 ${box.title}`, box));
    }
    return frames;
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    return { "image/svg+xml": this.toSvg(), "text/plain": this.toString() };
  }

  private texts(): BoxText[] {
    const boxes = readableBoxes(this.results, this.traced);
    return boxes.map((box) => {
      const { result } = box.node as Traced;
      const adjoint = this.adjoints?.get(box.node);
      const expected = this.adjoints !== null && box.kind !== "constant" && isFloat(box.node.dtype);
      return {
        box,
        value: describe(result),
        adjoint: adjoint ? describe(adjoint) : expected ? "无" : null,
      };
    });
  }
}

function describe(x: ArrayTensor): string {
  if (!x.owner.readSync) return `${x.device} [${showDims(x.shape)}]`;
  return summarize(x.readSync(), x.shape, x.dtype);
}

/** 终端里的显示宽度：汉字占两格。 */
function displayWidth(text: string): number {
  let width = 0;
  for (const c of text) width += /[\u2e80-\u9fff\uff00-\uff60]/.test(c) ? 2 : 1;
  return width;
}
