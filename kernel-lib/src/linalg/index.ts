export { cholesky, type TriangularOptions, triangularSolve } from "./cholesky.js";
export { det, logdet } from "./determinant.js";
export { inv, solve } from "./solve.js";
