import type { Params, Primitive } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";

/** 图追踪值：只有形状，没有数值；每个原语记成图上的一个节点。 */
export class GraphTracer extends Tracer {
  readonly interpreter: GraphInterpreter;
  readonly node: GraphNode;
  readonly device: string;

  constructor(interpreter: GraphInterpreter, node: GraphNode, device: string) {
    super();
    this.interpreter = interpreter;
    this.node = node;
    this.device = device;
  }

  override get shape(): Shape {
    return this.node.shape;
  }
  override get dtype(): DType {
    return this.node.dtype;
  }
  override concrete(): ArrayTensor {
    throw new TiduError(
      "TIDU-TRACE-002",
      "jit 在编译时只知道形状，读不到数值。按数据分支请用 where；循环次数要是普通的数；或者不用 jit。",
    );
  }
}

/** 把函数记成计算图。不依赖输入的部分在记录时就算好，成为常量。 */
export class GraphInterpreter extends Interpreter {
  readonly kind = "graph";
  private readonly nodes: GraphNode[] = [];
  private readonly inputs: GraphNode[] = [];
  private readonly constants = new Map<ArrayTensor, GraphNode>();

  input(shape: Shape, dtype: DType, device: string, name?: string): GraphTracer {
    const node: GraphNode = { ...blank, id: this.nodes.length, kind: "input", shape, dtype, name };
    this.nodes.push(node);
    this.inputs.push(node);
    return new GraphTracer(this, node, device);
  }

  override lift(x: Tensor): GraphTracer {
    const value = x.concrete();
    let node = this.constants.get(value);
    if (!node) {
      node = { ...blank, id: this.nodes.length, kind: "constant", shape: x.shape, dtype: x.dtype, value };
      this.nodes.push(node);
      this.constants.set(value, node);
    }
    return new GraphTracer(this, node, x.device);
  }

  override process(primitive: Primitive<any>, args: readonly GraphTracer[], params: Params): Tensor {
    const { shape, dtype } = primitive.shape(args, params);
    const node: GraphNode = {
      ...blank,
      id: this.nodes.length,
      kind: "op",
      primitive,
      args: args.map((x) => x.node),
      params,
      shape,
      dtype,
    };
    this.nodes.push(node);
    return new GraphTracer(this, node, args.find((x) => x.device !== "cpu")?.device ?? "cpu");
  }

  /** 以 outputs 为输出结束记录。 */
  finish(outputs: readonly Tensor[]): Graph {
    const nodes = outputs.map(
      (y) => (y instanceof GraphTracer && y.interpreter === this ? y : this.lift(y)).node,
    );
    this.active = false;
    return { inputs: this.inputs, nodes: this.nodes, outputs: nodes };
  }
}

const blank = { primitive: null, args: [], params: {}, value: null } as const;
