import { tapeMistakes } from "../mistakes/tape.js";
import { tapeOracles } from "../oracles/tape.js";
import { family } from "../problem.js";
import { grads } from "./tape-grads.js";
import { script } from "./tape-script.js";
import { training } from "./tape-training.js";

export const tape = family({
  id: "tape",
  title: "自己写一个自动微分",
  exercise: "1-foundations/05-code-practice",
  mistakes: tapeMistakes,
  oracles: tapeOracles,
  questions: [grads, script, training],
});
