export { type AttentionOptions, attention } from "./attention.js";
export { type HuberOptions, huber, huberDeltaGradient, huberGradient, huberLoss } from "./huber.js";
export { type FrobeniusOptions, jacobianFrobenius } from "./jacobian-frobenius.js";
export { type DenseWeights, type JacobianPenaltyOptions, jacobianPenalty } from "./jacobian-penalty.js";
export type { Reduction } from "./reduction.js";
export {
  type TripletLossOptions,
  type TripletOptions,
  triplet,
  tripletGradient,
  tripletLoss,
} from "./triplet.js";
