import { graphsMistakes } from "../mistakes/graphs.js";
import { graphsOracles } from "../oracles/graphs.js";
import { family } from "../problem.js";
import { adjointsQuestion } from "./graphs-adjoints.js";
import { writtenQuestion } from "./graphs-count.js";
import { localQuestion } from "./graphs-local.js";
import { outputQuestion } from "./graphs-output.js";

export const graphs = family({
  id: "graphs",
  title: "计算图",
  exercise: "1-foundations/02-core-concepts",
  mistakes: graphsMistakes,
  oracles: graphsOracles,
  questions: [localQuestion, outputQuestion, adjointsQuestion, writtenQuestion],
});
