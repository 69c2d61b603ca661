export { block } from "./blocks.js";
export {
  ComputationGraph,
  type ComputationNode,
  type Frame,
  type GraphAnimation,
} from "./computation-graph.js";
export type { SvgOptions } from "./svg.js";
export { named, type TraceOptions, trace } from "./trace.js";
