export { type Tree, treeLeaves, treeMap } from "../tree.js";
export { grad, valueAndGrad } from "./grad.js";
export { hessian } from "./hessian.js";
export { hvp } from "./hvp.js";
export { jacfwd, jacobian, jacrev } from "./jacobian.js";
export { jvp } from "./jvp.js";
export { linearize } from "./linearize.js";
export { vjp } from "./vjp.js";
export { vmap } from "./vmap.js";
