import { asTensor } from "../core/convert.js";
import { add } from "../core/internal.js";
import type { Params, Primitive } from "../core/primitive.js";
import { missingRule } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import { evaluate } from "../devices/evaluate.js";
import { type DType, isFloat } from "../dtype.js";
import { TiduError } from "../errors.js";
import { type Shape, showShape } from "../shape.js";
import type { ArrayTensor, Tensor, TensorLike } from "../tensor.js";
import { type AnyFunction, callName, filled, outputLeaves, requireFunction } from "../transforms/leaves.js";
import { flatten, type LikeArgs, unflatten } from "../tree.js";
import { currentScope } from "./blocks.js";
import { ComputationGraph, type Pullback } from "./computation-graph.js";
import type { GraphNode } from "./graph.js";
import { parameterNames } from "./names.js";

/** 带数值的节点。 */
export interface TracedNode extends GraphNode {
  readonly result: ArrayTensor;
  readonly args: readonly TracedNode[];
}

class TraceTracer extends Tracer {
  readonly interpreter: TraceInterpreter;
  readonly node: TracedNode;

  constructor(interpreter: TraceInterpreter, node: TracedNode) {
    super();
    this.interpreter = interpreter;
    this.node = node;
  }

  override get shape(): Shape {
    return this.node.shape;
  }
  override get dtype(): DType {
    return this.node.dtype;
  }
  override get device(): string {
    return this.node.result.device;
  }
  override concrete(): ArrayTensor {
    return this.node.result;
  }
}

/** 边算边记：每个原语照常求值，同时成为图上的一个节点。数值读得到，所以按数据分支的函数也能画。 */
class TraceInterpreter extends Interpreter {
  readonly kind = "graph";
  readonly nodes: TracedNode[] = [];
  private readonly constants = new Map<ArrayTensor, TraceTracer>();

  input(value: ArrayTensor, name: string): TraceTracer {
    return this.add({ kind: "input", primitive: null, args: [], params: {}, value: null, name }, value);
  }

  override lift(x: Tensor): TraceTracer {
    const value = x.concrete();
    let known = this.constants.get(value);
    if (!known) {
      const scalar = value.size === 1 && value.owner.readSync ? Number(value.readSync()[0]) : undefined;
      known = this.add({ kind: "constant", primitive: null, args: [], params: {}, value, scalar }, value);
      this.constants.set(value, known);
    }
    return known;
  }

  override process(primitive: Primitive<any>, args: readonly TraceTracer[], params: Params): Tensor {
    const nodes = args.map((x) => x.node);
    const value = evaluate(
      primitive,
      nodes.map((x) => x.result),
      params,
    );
    return this.add({ kind: "op", primitive, args: nodes, params, value: null }, value);
  }

  private add(part: Omit<TracedNode, "id" | "shape" | "dtype" | "result">, result: ArrayTensor): TraceTracer {
    const { shape, dtype } = result;
    const node: TracedNode = {
      ...part,
      id: this.nodes.length,
      shape,
      dtype,
      result,
      scope: part.kind === "op" ? currentScope() : null,
    };
    this.nodes.push(node);
    return new TraceTracer(this, node);
  }
}

/** trace 的选项。 */
export interface TraceOptions {
  /** 为真时还算出每个节点的伴随值（输出对它的导数）；输出必须是一个标量。 */
  readonly grad?: boolean;
  /** 各参数在图上的名字；缺省用函数写明的参数名。 */
  readonly names?: readonly string[];
}

/**
 * 计算图：执行一遍 f，记下每一步运算与它的数值，画成图。`{ grad: true }` 还给出每个节点的伴随值。
 * 在笔记本里作为单元格的结果会直接显示成图；也可以用 toString()、toDot()、toSvg()。
 * 要 grad 而输出不是标量时抛 TIDU-GRAPH-001。
 *
 * @example
 * const g = trace((x: Tensor, w: Tensor) => mul(x, w), { grad: true })(3, 2);
 * g.output.value.item() // => 6
 * @example
 * const g = trace((x: Tensor, w: Tensor) => mul(x, w), { grad: true })(3, 2);
 * g.inputs.map((n) => `${n.name}: ${n.adjoint?.item()}`) // => ["x: 2", "w: 3"]
 */
export function trace<F extends AnyFunction>(
  f: F,
  options: TraceOptions = {},
): (...args: LikeArgs<Parameters<F>>) => ComputationGraph {
  requireFunction("trace", f);
  const name = callName("trace", f);
  const parameters = parameterNames(f);
  return (...args) => {
    const interpreter = new TraceInterpreter();
    const inputs = args.map((arg, i) => {
      const { leaves, paths, structure } = flatten(arg, options.names?.[i] ?? parameters[i] ?? `x${i + 1}`);
      const nested = structure.kind === "object";
      const traced = leaves.map((x: TensorLike, k: number) =>
        interpreter.input(asTensor(x).concrete(), nested ? shortPath(paths[k]!) : paths[k]!),
      );
      return unflatten(structure, traced);
    });
    try {
      const { leaves } = outputLeaves(name, f(...inputs));
      const outputs = leaves.map((y) => nodeOf(y, interpreter));
      const back = options.grad ? pullback(name, interpreter.nodes, outputs) : null;
      return new ComputationGraph(interpreter.nodes, outputs, back);
    } finally {
      interpreter.active = false;
    }
  };
}

/**
 * 给中间结果起个名字，画在图上；在 trace 之外原样返回 x。
 *
 * @example
 * const g = trace((p: Tensor, t: Tensor) => square(named(sub(p, t), "残差")))(3, 1);
 * g.nodes.map((n) => n.name ?? n.operation) // => ["p", "t", "残差", "square"]
 */
export function named(x: TensorLike, name: string): Tensor {
  const t = asTensor(x);
  if (t instanceof TraceTracer) t.node.name = name;
  return t;
}

/** 参数是对象时，名字只留键：p.w 写作 w。 */
function shortPath(path: string): string {
  return path.slice(path.indexOf(".") + 1);
}

function nodeOf(y: Tensor, interpreter: TraceInterpreter): TracedNode {
  return (y instanceof TraceTracer && y.interpreter === interpreter ? y : interpreter.lift(y)).node;
}

/** 由后往前，用原语表的 vjp 规则把伴随值送到每个节点。 */
function pullback(name: string, nodes: readonly TracedNode[], outputs: readonly TracedNode[]): Pullback {
  const [y] = outputs;
  if (outputs.length !== 1 || !y || y.shape.length > 0 || !isFloat(y.dtype)) {
    const got =
      outputs.length === 1 ? `形状 ${showShape(y!.shape)}、类型 ${y!.dtype}` : `${outputs.length} 个张量`;
    throw new TiduError(
      "TIDU-GRAPH-001",
      `${name}：要算伴随值，函数必须返回一个浮点标量，返回的却是${got}。请用 sum 或 mean 化成标量，或去掉 { grad: true }。`,
    );
  }
  const adjoints = new Map<GraphNode, ArrayTensor>([[y, filled(y.result, 1) as ArrayTensor]]);
  const parts = new Map<GraphNode, { from: GraphNode; part: ArrayTensor }[]>();
  for (const node of [...nodes].reverse()) {
    const ct = adjoints.get(node);
    if (!ct || node.kind !== "op") continue;
    const { vjp } = node.primitive!;
    if (!vjp) throw missingRule(node.primitive!, "vjp");
    const values = node.args.map((x) => x.result);
    for (const [i, x] of node.args.entries()) {
      if (!isFloat(x.dtype) || x.kind === "constant") continue;
      const part = vjp(i, ct, node.result, values, node.params)?.concrete();
      if (!part) continue;
      const earlier = parts.get(x);
      if (earlier) earlier.push({ from: node, part });
      else parts.set(x, [{ from: node, part }]);
      const sum = adjoints.get(x);
      adjoints.set(x, sum ? (add(sum, part) as ArrayTensor) : part);
    }
  }
  return { adjoints, parts };
}
