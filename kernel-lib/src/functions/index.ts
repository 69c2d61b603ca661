export {
  avgPool,
  type ConvOptions,
  conv1d,
  conv2d,
  maxPool,
  type Pair,
  type WindowOptions,
} from "./convolution.js";
export { type ConvTransposeOptions, convTranspose1d, convTranspose2d } from "./convolution-transposed.js";
export {
  arange,
  eye,
  full,
  fullLike,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "./creation.js";
export { einsum } from "./einsum.js";
export { diag, dot, kron, matrixTrace, outer, tril, triu, vecdot } from "./linear.js";
export { type PadMode, padMode } from "./padding.js";
export { oneHot, take, takeAlongAxis } from "./pick.js";
export {
  chunk,
  expandDims,
  flatten,
  moveaxis,
  repeat,
  roll,
  squeeze,
  stack,
  swapaxes,
  tile,
  unstack,
} from "./rearrange.js";
export { cumprod, logcumsumexp } from "./scan.js";
export { segmentMax, segmentMean, segmentSum } from "./segment.js";
export { at, type IndexItem } from "./slicing.js";
export { logSoftmax, softmax } from "./softmax.js";
export { sort, topk } from "./sorting.js";
export { hypot, logsumexp, mean, norm, std, variance } from "./statistics.js";
