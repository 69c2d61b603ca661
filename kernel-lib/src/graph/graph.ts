import type { Params, Primitive } from "../core/primitive.js";
import type { DType } from "../dtype.js";
import type { Shape } from "../shape.js";
import type { ArrayTensor } from "../tensor.js";
import type { Scope } from "./blocks.js";

/** 计算图的一个节点：输入、常量或一次原语调用。 */
export interface GraphNode {
  readonly id: number;
  readonly kind: "input" | "constant" | "op";
  readonly primitive: Primitive<any> | null;
  readonly args: readonly GraphNode[];
  readonly params: Params;
  readonly shape: Shape;
  readonly dtype: DType;
  /** 常量的值，已经放在图所在的设备上。 */
  readonly value: ArrayTensor | null;
  /** 只有一个元素的常量的数值，生成代码时可以直接写成字面量。 */
  scalar?: number | undefined;
  /** 显示用的名字，如参数名。 */
  name?: string | undefined;
  /** 所在的有名字的一段，见 block。 */
  readonly scope?: Scope | null;
}

/** 计算图：nodes 按拓扑次序排列，含全部输入与常量。 */
export interface Graph {
  readonly inputs: readonly GraphNode[];
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly GraphNode[];
}
