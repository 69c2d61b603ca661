export { elu, erf, erfc, erfinv, gelu, leakyRelu, logSigmoid, relu, silu } from "./activations.js";
export { abs, add, ceil, div, floor, mod, mul, neg, round, sign, square, sub } from "./arithmetic.js";
export { cumsum } from "./cumulative.js";
export { exp, expm1, log, log1p, logaddexp, pow, sigmoid, softplus, sqrt } from "./exponential.js";
export { clip, maximum, minimum } from "./extremes.js";
export { gather, scatterAdd } from "./indexing.js";
export { broadcastTo, concat, flip, pad, reshape, slice, transpose } from "./layout.js";
export { matmul } from "./matmul.js";
export { type Axis, argmax, argmin, max, min, prod, type ReduceOptions, sum } from "./reductions.js";
export {
  astype,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  notEqual,
  where,
} from "./select.js";
export { argsort } from "./sorting.js";
export { acos, asin, atan, atan2, cos, cosh, sin, sinh, tan, tanh } from "./trigonometry.js";
