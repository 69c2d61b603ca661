import "../methods.js";

export {
  type AdamOptions,
  type AdamWOptions,
  adam,
  adamW,
  type MomentumOptions,
  momentum,
  type Optimizer,
  type OptimizerState,
  type Rate,
  type RmspropOptions,
  rmsprop,
  sgd,
} from "./optimizer.js";
export {
  constantSchedule,
  cosineDecay,
  exponentialDecay,
  type Schedule,
  warmup,
} from "./schedules.js";
export { applyUpdates, clipByGlobalNorm, globalNorm } from "./tree-math.js";
