import { add } from "../core/internal.js";
import type { TypedArray } from "../dtype.js";
import { isFloat } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";
import { allScopes, collapseBoxes, openBlock } from "./collapse.js";
import { describeBoxes } from "./description.js";
import { drawDot } from "./dot.js";
import type { GraphNode } from "./graph.js";
import { listNodes } from "./listing.js";
import { arrange, type BoxText } from "./picture.js";
import { drawPlayer } from "./player.js";
import { type Box, readableBoxes } from "./readable.js";
import { type Numbers, planSteps } from "./steps.js";
import { showDims, summarize, summaryRows } from "./summary.js";
import { drawSvg, hash, type SvgOptions } from "./svg.js";
import { drawUnfold, type Unfolded } from "./unfold.js";

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
  /** 用的是哪条局部规则，代进去的数是多少。 */
  readonly caption: string;
  /** 这一步的画面；各帧位置相同。 */
  readonly svg: string;
}

/** 逐步演示，由 ComputationGraph.animate 得到；作为单元格的结果显示成可以前进后退的图。 */
export interface GraphAnimation {
  readonly steps: readonly { readonly title: string; readonly caption: string }[];
  /** 不用脚本的网页片段。 */
  readonly html: string;
}

/** 反向传播的结果：各节点的伴随，以及它是由哪些运算送来的哪几份加成的。 */
export interface Pullback {
  readonly adjoints: ReadonlyMap<GraphNode, ArrayTensor>;
  readonly parts: ReadonlyMap<GraphNode, readonly { readonly from: GraphNode; readonly part: ArrayTensor }[]>;
}

type Traced = GraphNode & { readonly result: ArrayTensor };

/**
 * 带数值的计算图，由 trace 得到。
 *
 * @example
 * const graph = trace((x: Tensor) => add(mul(x, x), x))(3);
 * [graph.output.value.item(), graph.inputs.length] // => [12, 1]
 * @example
 * const g = await trace((x: Tensor) => mul(x, 2))(3).load();
 * g.toSvg().includes(">6<") // => true
 * @example
 * const scale = block("放大", (x: Tensor) => mul(x, 3));
 * const html = trace((x: Tensor) => add(scale(x), 1))(2).toHtml();
 * [html.includes("打开“放大”"), html.includes("<script")] // => [true, false]
 * @example
 * const g = trace((u: Tensor) => named(mul(u, 3), "v"), { grad: true })(5);
 * g.animate().steps.map((s) => s.caption) // => ["输入：u = 5", "前向：v = u·3 = 5·3 = 15", "反向：从输出开始，v̄ = ∂v/∂v = 1", "反向：v = u·3：ū += v̄·3 = 1·3 = 3"]
 */
export class ComputationGraph {
  readonly nodes: readonly ComputationNode[];
  readonly outputs: readonly ComputationNode[];
  private readonly traced: readonly Traced[];
  private readonly results: readonly Traced[];
  private readonly back: Pullback | null;
  private readonly adjoints: ReadonlyMap<GraphNode, ArrayTensor> | null;
  private readonly loaded = new Map<ArrayTensor, TypedArray>();

  constructor(traced: readonly Traced[], outputs: readonly Traced[], back: Pullback | null) {
    this.traced = traced;
    this.results = outputs;
    this.back = back;
    const adjoints = back?.adjoints ?? null;
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

  /** 用 block 起了名字的各段，外层在前。 */
  get blocks(): readonly string[] {
    return allScopes(this.boxes()).map((s) => s.name);
  }

  /**
   * 把各节点的数值与伴随读回来，画图时好写上。cpu 上的图不需要；
   * webgpu 的数据不能同步读，没有 load 的图只写形状与“未读回”。
   */
  async load(): Promise<this> {
    const wanted = [
      ...this.traced.map((n) => n.result),
      ...(this.back?.adjoints.values() ?? []),
      ...[...(this.back?.parts.values() ?? [])].flatMap((list) => list.map((p) => p.part)),
    ].filter((x) => !x.owner.readSync && !this.loaded.has(x));
    await Promise.all(wanted.map(async (x) => this.loaded.set(x, await x.data())));
    // 单个数的常量读到了，画图时才好写进运算的标题。
    for (const node of this.traced) {
      if (node.kind === "constant" && node.result.size === 1) node.scalar ??= this.read(node.result)?.[0];
    }
    return this;
  }

  /** 一行一步的清单；段里的运算前面写着段名，collapse 收起的段只占一行。 */
  toString(options: Pick<SvgOptions, "collapse"> = {}): string {
    return listNodes(this.traced, this.results, options.collapse ?? false, {
      value: (node) => this.line(resultOf(node)),
      adjoint: (node) => {
        const adjoint = this.adjoints?.get(node);
        return adjoint ? this.line(adjoint) : null;
      },
    });
  }

  /** Graphviz 的 DOT 文本；没有收起的段画成 cluster。 */
  toDot(options: Pick<SvgOptions, "collapse"> = {}): string {
    return drawDot(this.texts(this.boxes(options.collapse ?? false)));
  }

  /** 自足的 SVG；深色浅色由 theme 定，缺省跟随系统；段缺省收成一个框。 */
  toSvg(options: SvgOptions = {}): string {
    return this.draw(this.texts(this.boxes(options.collapse ?? true)), options);
  }

  /**
   * 可以打开各段的网页片段：不用脚本，书里、JupyterLab 里都能点开。没有段时就是 SVG 本身。
   */
  toHtml(options: SvgOptions = {}): string {
    const boxes = this.boxes(options.collapse ?? true);
    const seed = hash(this.toString());
    let count = 0;
    const unfold = (list: readonly Box[]): { svg: (title: string) => string; inner: Unfolded[] } => {
      const links = new Map<Box, string>();
      const inner = list
        .filter((b) => b.kind === "block")
        .map((b): Unfolded => {
          const id = `tidu-block-${seed}-${++count}`;
          links.set(b, id);
          const opened = unfold(openBlock(b));
          return {
            id,
            title: b.title,
            about: exitShapes(b),
            svg: opened.svg(`${b.title}里面`),
            inner: opened.inner,
          };
        });
      const texts = this.texts(list).map((t) => {
        const opens = links.get(t.box);
        return opens === undefined ? t : { ...t, opens };
      });
      return { svg: (title) => this.draw(texts, { ...options, title }), inner };
    };
    const { svg, inner } = unfold(boxes);
    const drawn = svg(options.title ?? "计算图");
    if (inner.length === 0) return drawn;
    const all = this.boxes(false);
    const whole = all.length <= wholeLimit ? this.toSvg({ ...options, collapse: false }) : null;
    return drawUnfold(drawn, inner, whole);
  }

  /** 逐步的画面：先一步步前向填上数值，有伴随时再一步步反向填上伴随值。 */
  frames(options: SvgOptions = {}): Frame[] {
    const { texts, steps } = planSteps(this.texts(this.boxes(options.collapse ?? true)), this.numbers());
    const picture = arrange(texts, options.direction);
    return steps.map(({ title, caption }, t) => ({
      title,
      caption,
      svg: drawSvg(picture, { ...options, title }, caption, t),
    }));
  }

  /**
   * 逐步演示：与 frames 同样的步骤，放在一张可以前进后退的图里；作为单元格的结果直接显示。
   * 每一步写明用的是哪条局部规则、代进去的数。没有 `{ grad: true }` 时只有前向的步骤。
   */
  animate(options: SvgOptions = {}): GraphAnimation {
    const boxes = this.boxes(options.collapse ?? true);
    const { texts, steps } = planSteps(this.texts(boxes), this.numbers());
    const picture = arrange(texts, options.direction);
    const description = describeBoxes(texts);
    const html = drawPlayer(picture, steps, options, description);
    const bundle = {
      "text/html": html,
      "image/svg+xml": drawSvg(picture, options, description),
      "text/plain": steps.map((s, i) => `${i + 1}. ${s.caption}`).join("\n"),
    };
    return Object.defineProperty({ steps, html }, Symbol.for("Jupyter.display"), { value: () => bundle });
  }

  [Symbol.for("Jupyter.display")](): Record<string, string> {
    const drawn = { "image/svg+xml": this.toSvg(), "text/plain": this.toString() };
    return this.blocks.length === 0 ? drawn : { "text/html": this.toHtml(), ...drawn };
  }

  private draw(texts: readonly BoxText[], options: SvgOptions): string {
    return drawSvg(arrange(texts, options.direction), options, describeBoxes(texts));
  }

  private boxes(collapse: SvgOptions["collapse"] = false): Box[] {
    return collapseBoxes(readableBoxes(this.results, this.traced), collapse);
  }

  private texts(boxes: readonly Box[]): BoxText[] {
    return boxes.map((box) => {
      const several = box.exits && box.exits.length > 1;
      const adjoint = this.adjoints?.get(box.node);
      const expected = this.adjoints !== null && box.kind !== "constant" && isFloat(box.node.dtype);
      const rows = several ? [`${box.exits.length} 个值：${exitShapes(box)}`] : this.rows(resultOf(box.node));
      return {
        box,
        title: box.title,
        note: box.note,
        value: rows,
        adjoint: several ? null : adjoint ? this.rows(adjoint) : expected ? ["无"] : null,
      };
    });
  }

  private numbers(): Numbers {
    return {
      nodes: this.traced,
      backward: this.back !== null,
      value: resultOf,
      adjoint: (node) => this.adjoints?.get(node),
      parts: (node) => this.back?.parts.get(node) ?? [],
      sum: (parts) => parts.reduce((a, b) => add(a, b) as ArrayTensor),
      line: (x) => this.line(x),
      rows: (x) => this.rows(x),
      single: (x) => (x.size === 1 ? (this.read(x)?.[0] ?? null) : null),
    };
  }

  private read(x: ArrayTensor): TypedArray | null {
    return x.owner.readSync ? x.readSync() : (this.loaded.get(x) ?? null);
  }

  private line(x: ArrayTensor): string {
    const data = this.read(x);
    return data ? summarize(data, x.shape, x.dtype) : unread(x);
  }

  private rows(x: ArrayTensor): string[] {
    const data = this.read(x);
    return data ? summaryRows(data, x.shape, x.dtype) : [unread(x)];
  }
}

/** 全部展开的图超过这么多框就不画了：看不清，页面也大。 */
const wholeLimit = 60;

function resultOf(node: GraphNode): ArrayTensor {
  return (node as Traced).result;
}

function unread(x: ArrayTensor): string {
  return `${x.shape.length === 0 ? "标量" : showDims(x.shape)}（在 ${x.device}，未读回）`;
}

function exitShapes(box: Box): string {
  return box.exits!.map((b) => (b.node.shape.length === 0 ? "标量" : showDims(b.node.shape))).join("、");
}
