import { jacobianMistakes } from "../mistakes/jacobian.js";
import { jacobianOracles } from "../oracles/jacobian.js";
import { family } from "../problem.js";
import { double } from "./jacobian-double.js";
import { hutchinson } from "./jacobian-hutchinson.js";
import { linear } from "./jacobian-linear.js";
import { softmaxQuestion } from "./jacobian-softmax.js";
import { tanhQuestion } from "./jacobian-tanh.js";
import { tensorQuestion, wide } from "./jacobian-wide.js";

export const jacobian = family({
  id: "jacobian",
  title: "雅可比正则化",
  exercise: "3-architectures/08-jacobian-regularization",
  mistakes: jacobianMistakes,
  oracles: jacobianOracles,
  questions: [linear, tanhQuestion, softmaxQuestion, hutchinson, double, wide, tensorQuestion],
});
