export * from "./check/index.js";
export { asTensor as tensor } from "./core/convert.js";
export * from "./devices/index.js";
export { TiduError } from "./errors.js";
export * from "./graph/index.js";
export * from "./losses/index.js";
export * from "./primitives/index.js";
export { Tensor, type TensorLike } from "./tensor.js";
export * from "./transforms/index.js";
