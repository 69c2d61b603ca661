export { cholesky, type TriangularOptions, triangularSolve } from "./cholesky.js";
export { det, logdet } from "./determinant.js";
export { eigh } from "./eigh.js";
export { lstsq, qr } from "./qr.js";
export { inv, solve } from "./solve.js";
export { pinv, svd } from "./svd.js";
