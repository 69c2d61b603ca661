import { attentionMistakes } from "../mistakes/attention.js";
import { attentionOracles } from "../oracles/attention.js";
import { family } from "../problem.js";
import { batch } from "./attention-batch.js";
import { qkv } from "./attention-gradients.js";
import { sweep } from "./attention-sweep.js";
import { output, tauGrad } from "./attention-temperature.js";
import { tensorQuestion } from "./attention-tensors.js";

export const attention = family({
  id: "attention",
  title: "注意力的温度",
  exercise: "3-architectures/04-attention-temperature",
  mistakes: attentionMistakes,
  oracles: attentionOracles,
  questions: [output, tauGrad, batch, qkv, sweep, tensorQuestion],
});
