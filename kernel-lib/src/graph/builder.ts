import type { Params, Primitive } from "../core/primitive.js";
import { evaluate } from "../devices/evaluate.js";
import type { DType } from "../dtype.js";
import { sizeOf } from "../shape.js";
import type { ArrayTensor } from "../tensor.js";
import type { GraphNode } from "./graph.js";
import { simplify } from "./simplify.js";

/** 折叠常量时结果不超过这么多元素，免得把大数组烤进编译结果。 */
const foldLimit = 4096;

/**
 * 造节点时就优化：先化简，再折叠常量，再查有没有一样的节点（公共子表达式）。
 * 于是一遍走完图，三件事一起做完。
 */
export class GraphBuilder {
  private count = 0;
  private readonly known = new Map<string, GraphNode>();
  private readonly storage: (dtype: DType) => DType;

  /** storage：设备实际存放的元素类型。 */
  constructor(storage: (dtype: DType) => DType) {
    this.storage = storage;
  }

  input(node: GraphNode): GraphNode {
    return { ...node, id: this.count++ };
  }

  constant(node: GraphNode): GraphNode {
    if (node.scalar === undefined) return { ...node, id: this.count++ };
    const zero = Object.is(node.scalar, -0) ? "-0" : String(node.scalar);
    return this.intern(`const ${node.dtype}[${node.shape}] ${zero}`, () => ({ ...node, id: this.count++ }));
  }

  /** 已有数值的常量。 */
  value(value: ArrayTensor): GraphNode {
    const readable = value.size === 1 && value.owner.readSync !== undefined;
    return this.constant({
      id: -1,
      kind: "constant",
      primitive: null,
      args: [],
      params: {},
      shape: value.shape,
      dtype: value.dtype,
      value,
      scalar: readable ? Number(value.readSync()[0]) : undefined,
    });
  }

  /** 一次原语调用。 */
  op(primitive: Primitive<any>, args: readonly GraphNode[], params: Params): GraphNode {
    const simpler = simplify(this, primitive, args, params);
    if (simpler) return simpler;
    const aval = primitive.shape(args, params);
    if (primitive.name !== "broadcastTo" && foldable(args) && sizeOf(aval.shape) <= foldLimit) {
      return this.value(
        evaluate(
          primitive,
          args.map((x) => x.value!),
          params,
        ),
      );
    }
    const make = (): GraphNode => ({
      id: this.count++,
      kind: "op",
      primitive,
      args,
      params,
      shape: aval.shape,
      dtype: this.storage(aval.dtype),
      value: null,
    });
    const key = paramsKey(params);
    if (key === null) return make();
    const ids = args.map((x) => x.id);
    if (commutative.has(primitive.name)) ids.sort((a, b) => a - b);
    return this.intern(`${primitive.name}(${ids}) ${key}`, make);
  }

  private intern(key: string, make: () => GraphNode): GraphNode {
    let node = this.known.get(key);
    if (!node) this.known.set(key, (node = make()));
    return node;
  }
}

function foldable(args: readonly GraphNode[]): boolean {
  return args.length > 0 && args.every((x) => x.value !== null);
}

const commutative = new Set([
  "add",
  "mul",
  "maximum",
  "minimum",
  "equal",
  "notEqual",
  "logicalAnd",
  "logicalOr",
]);

/** 参数的文本；含函数等不能比较的东西时为 null，这样的节点不合并。 */
function paramsKey(params: Params): string | null {
  let plain = true;
  const key = JSON.stringify(params, (_, v) => {
    if (typeof v === "number") return Object.is(v, -0) ? "-0" : String(v);
    if (typeof v === "function" || typeof v === "symbol" || typeof v === "bigint") plain = false;
    if (typeof v === "object" && v !== null && !Array.isArray(v)) {
      const proto = Object.getPrototypeOf(v);
      if (proto !== Object.prototype && proto !== null) plain = false;
    }
    return plain ? v : null;
  });
  return plain ? key : null;
}
