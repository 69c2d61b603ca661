import "../methods.js";

export {
  elu,
  gelu,
  leakyRelu,
  logSigmoid,
  logSoftmax,
  maxout,
  relu,
  sigmoid,
  silu,
  softmax,
  softplus,
  swish,
  tanh,
} from "./activations.js";
export {
  type MultiHeadOptions,
  type MultiHeadParams,
  multiHeadAttention,
  positionalEncoding,
} from "./attention.js";
export { type Conv2dOptions, type Conv2dParams, conv2d } from "./convolution.js";
export { type DenseOptions, type DenseParams, dense, type EmbeddingParams, embedding } from "./dense.js";
export { dropout } from "./dropout.js";
export {
  glorotNormal,
  glorotUniform,
  heNormal,
  type Initialiser,
  lecunNormal,
  orthogonal,
} from "./initialisers.js";
export {
  binaryCrossEntropy,
  type CrossEntropyOptions,
  contrastive,
  cosineSimilarity,
  crossEntropy,
  gaussianKl,
  hinge,
  huberLoss,
  infoNce,
  klDivergence,
  type LossOptions,
  l1,
  mse,
  tripletLoss,
} from "./losses.js";
export {
  type BatchNormOptions,
  type BatchNormState,
  batchNorm,
  groupNorm,
  instanceNorm,
  layerNorm,
  type ScaleShift,
} from "./normalization.js";
export { type CellParams, gruCell, type LstmState, lstmCell, rnnCell, scan } from "./recurrent.js";
