import { attentionMistakes } from "./attention.js";
import { backpropMistakes } from "./backprop.js";
import { graphsMistakes } from "./graphs.js";
import { huberMistakes } from "./huber.js";
import { jacobianMistakes } from "./jacobian.js";
import { layersMistakes } from "./layers.js";
import { tripletMistakes } from "./triplet.js";
import { workedMistakes } from "./worked.js";

/** 每种错法的说明，一个题族一个文件：先说错在哪，再说应该怎样，不说教。 */
export const mistakes: Record<string, string> = {
  ...attentionMistakes,
  ...backpropMistakes,
  ...layersMistakes,
  ...graphsMistakes,
  ...huberMistakes,
  ...jacobianMistakes,
  ...tripletMistakes,
  ...workedMistakes,
};
