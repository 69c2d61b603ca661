export { ComputationGraph, type ComputationNode, type Frame } from "./computation-graph.js";
export type { SvgOptions } from "./svg.js";
export { named, type TraceOptions, trace } from "./trace.js";
