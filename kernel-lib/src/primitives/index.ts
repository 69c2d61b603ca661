export { add, mul } from "./arithmetic.js";
