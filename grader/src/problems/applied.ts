import { appliedMistakes } from "../mistakes/applied.js";
import { appliedOracles } from "../oracles/applied.js";
import { family } from "../problem.js";
import { factorization } from "./applied-factors.js";
import { baseline, expected, reinforce } from "./applied-policy.js";

export const applied = family({
  id: "applied",
  title: "梯度用在哪里",
  exercise: "1-foundations/06-where-used",
  mistakes: appliedMistakes,
  oracles: appliedOracles,
  questions: [factorization, expected, reinforce, baseline],
});
