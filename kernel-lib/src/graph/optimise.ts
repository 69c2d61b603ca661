import { primitive } from "../core/primitive.js";
import { cpu } from "../devices/cpu/device.js";
import type { DType } from "../dtype.js";
import { ArrayTensor } from "../tensor.js";
import { GraphBuilder } from "./builder.js";
import type { Graph, GraphNode } from "./graph.js";

/**
 * 与设备无关的优化：去掉用不到的节点，合并公共子表达式，折叠常量，代数化简。
 * 输入一个不少，次序不变。
 */
export function optimise(graph: Graph, storage: (dtype: DType) => DType = (dtype) => dtype): Graph {
  const builder = new GraphBuilder(storage);
  const used = reachable(graph.outputs);
  const next = new Map<GraphNode, GraphNode>();
  for (const node of graph.nodes) {
    if (node.kind === "input") next.set(node, builder.input(node));
    else if (!used.has(node)) continue;
    else if (node.kind === "constant") next.set(node, constant(builder, node));
    else {
      const args = node.args.map((x) => next.get(x)!);
      next.set(node, builder.op(node.primitive!, args, node.params));
    }
  }
  const outputs = graph.outputs.map((y) => next.get(y)!);
  const inputs = graph.inputs.map((x) => next.get(x)!);
  const live = reachable([...inputs, ...outputs]);
  return { inputs, outputs, nodes: [...live].sort((a, b) => a.id - b.id) };
}

/** 由 roots 往回能到的全部节点；循环实现，深图不爆栈。 */
export function reachable(roots: readonly GraphNode[]): Set<GraphNode> {
  const seen = new Set<GraphNode>(roots);
  const stack = [...roots];
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const x of node.args) {
      if (seen.has(x)) continue;
      seen.add(x);
      stack.push(x);
    }
  }
  return seen;
}

/** 各元素全相同的常量改成标量的广播：后面的逐元素运算就不用读数组了。 */
function constant(builder: GraphBuilder, node: GraphNode): GraphNode {
  const { value } = node;
  if (value === null || value.size <= 1 || value.owner !== cpu) return builder.constant(node);
  const data = value.readSync();
  const first = data[0]!;
  if (!data.every((v) => Object.is(v, first))) return builder.constant(node);
  const one = new ArrayTensor(cpu, data.slice(0, 1), [], value.dtype);
  return builder.op(primitive("broadcastTo"), [builder.value(one)], { shape: value.shape });
}
