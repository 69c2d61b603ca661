export {
  bernoulli,
  categorical,
  gumbel,
  normal,
  permutation,
  randint,
  type UniformOptions,
  uniform,
} from "./distributions.js";
export { foldIn, key, split } from "./key.js";
