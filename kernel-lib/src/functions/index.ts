export {
  avgPool,
  type ConvOptions,
  conv1d,
  conv2d,
  maxPool,
  type Pair,
  type WindowOptions,
} from "./convolution.js";
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
export { diag, dot, matrixTrace, outer, tril, triu, vecdot } from "./linear.js";
export { oneHot, take, takeAlongAxis } from "./pick.js";
export { chunk, expandDims, flatten, moveaxis, squeeze, stack, swapaxes, tile } from "./rearrange.js";
export { cumprod } from "./scan.js";
export { sort, topk } from "./sorting.js";
export { logSoftmax, logsumexp, mean, norm, softmax, std, variance } from "./statistics.js";
