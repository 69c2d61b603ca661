export { type Convention, conventions } from "../conventions.js";
export { assertClose } from "./assert-close.js";
export { assertGradcheck, type GradcheckOptions, gradcheck } from "./gradcheck.js";
export {
  type Bound,
  type DerivativeInterval,
  intervalDerivative,
  judgeDerivative,
  type Verdict,
} from "./interval.js";
export { type CoordinateCheck, GradcheckReport } from "./report.js";
