export {
  bernoulli,
  categorical,
  choice,
  exponential,
  gumbel,
  normal,
  permutation,
  rademacher,
  randint,
  type UniformOptions,
  uniform,
} from "./distributions.js";
export { foldIn, key, split } from "./key.js";
