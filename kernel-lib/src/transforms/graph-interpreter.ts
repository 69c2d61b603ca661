import type { Params, Primitive } from "../core/primitive.js";
import { Interpreter, Tracer } from "../core/tracer.js";
import { cpu } from "../devices/cpu/device.js";
import type { Device } from "../devices/device.js";
import { place } from "../devices/evaluate.js";
import type { DType } from "../dtype.js";
import { TiduError } from "../errors.js";
import type { Graph, GraphNode } from "../graph/graph.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor, Tensor } from "../tensor.js";

/** 图追踪值：只有形状，没有数值；每个原语记成图上的一个节点。 */
export class GraphTracer extends Tracer {
  readonly interpreter: GraphInterpreter;
  readonly node: GraphNode;

  constructor(interpreter: GraphInterpreter, node: GraphNode) {
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
    return this.interpreter.device.name;
  }
  override concrete(): ArrayTensor {
    throw new TiduError(
      "TIDU-TRACE-002",
      "jit 在编译时只知道形状与元素类型，读不到数值（item、toArray、data、if (x > 0) 都要读数值）。" +
        "按数据选择请用 where(条件, a, b)，夹住取值请用 clip、maximum、minimum；" +
        "循环次数、轴号、形状请写成函数外的普通常量；实在要按数值分支，就不要给这个函数加 jit。",
    );
  }
}

/** jit 的函数用到了外层 grad、vmap 等变换里的张量：不能当常量，jit 见到它就改为内联。 */
export class OuterTracer extends Error {}

/** jit 的参数都在 cpu 上，函数里却用到了别的设备上的常量：整张图改到那个设备上。 */
export class OtherDevice extends Error {
  readonly device: Device;
  constructor(device: Device) {
    super();
    this.device = device;
  }
}

/** 把函数记成计算图。不依赖输入的部分在记录时就算好，成为常量。 */
export class GraphInterpreter extends Interpreter {
  readonly kind = "graph";
  readonly device: Device;
  private readonly nodes: GraphNode[] = [];
  private readonly inputs: GraphNode[] = [];
  private readonly constants = new Map<ArrayTensor, GraphNode>();

  constructor(device: Device = cpu) {
    super();
    this.device = device;
  }

  input(shape: Shape, dtype: DType, name?: string): GraphTracer {
    const node: GraphNode = { ...blank, id: this.nodes.length, kind: "input", shape, dtype, name };
    this.nodes.push(node);
    this.inputs.push(node);
    return new GraphTracer(this, node);
  }

  override lift(x: Tensor): GraphTracer {
    if (x instanceof Tracer) throw new OuterTracer();
    const host = x as ArrayTensor;
    if (this.device === cpu && host.owner !== cpu) throw new OtherDevice(host.owner);
    let node = this.constants.get(host);
    if (!node) {
      const value = place(host, this.device);
      const scalar = host.size === 1 ? constantOf(host) : undefined;
      node = {
        ...blank,
        id: this.nodes.length,
        kind: "constant",
        shape: x.shape,
        dtype: value.dtype,
        value,
        scalar,
      };
      this.nodes.push(node);
      this.constants.set(host, node);
    }
    return new GraphTracer(this, node);
  }

  override process(primitive: Primitive<any>, args: readonly GraphTracer[], params: Params): Tensor {
    if (primitive.name === "to") {
      if (params["device"] === this.device.name) return args[0]!;
      throw new TiduError(
        "TIDU-JIT-001",
        `jit 把整个函数编译到一个设备（这里是 ${this.device.name}）上，中途不能换到 ${params["device"]}。请在 jit 外面先用 to 或 toDevice 放好参数。`,
      );
    }
    const aval = primitive.shape(args, params);
    const node: GraphNode = {
      ...blank,
      id: this.nodes.length,
      kind: "op",
      primitive,
      args: args.map((x) => x.node),
      params,
      shape: aval.shape,
      dtype: this.device.storage(aval.dtype),
    };
    this.nodes.push(node);
    return new GraphTracer(this, node);
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

/** 单个数的值；在 GPU 上的只知道设备自己放上去的常数。 */
function constantOf(x: ArrayTensor): number | undefined {
  return x.owner === cpu ? Number(x.readSync()[0]) : x.owner.known?.(x.buffer);
}

const blank = { primitive: null, args: [], params: {}, value: null } as const;
