// 题族的登记处：加一个题族，在这里加一行。同一份练习里有几个题族时，按名字的字母次序排。
export { applied } from "./applied.js";
export { attention } from "./attention.js";
export { backprop } from "./backprop.js";
export { faq } from "./faq.js";
export { graphs } from "./graphs.js";
export { huber } from "./huber.js";
export { jacobian } from "./jacobian.js";
export { layers } from "./layers.js";
export { tape } from "./tape.js";
export { toolbox } from "./toolbox.js";
export { trends } from "./trends.js";
export { triplet } from "./triplet.js";
export { worked } from "./worked.js";
