import "./methods.js";
import "./devices/cpu/accelerate.js";

export * from "./check/index.js";
export * from "./devices/index.js";
export type { DType, TypedArray } from "./dtype.js";
export { TiduError } from "./errors.js";
export * from "./functions/index.js";
export * from "./graph/index.js";
export * from "./linalg/index.js";
export * from "./losses/index.js";
export type { TensorMethods } from "./methods.js";
export * from "./primitives/index.js";
export * from "./random/index.js";
export type { Shape } from "./shape.js";
export { type ArrayValue, type NestedArray, Tensor, type TensorLike } from "./tensor.js";
export * from "./transforms/index.js";
