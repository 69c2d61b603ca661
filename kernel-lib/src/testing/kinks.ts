import * as p from "../primitives/index.js";
import type { Tensor } from "../tensor.js";

/** 一个拐点：f 在 at 处不可导，约定见 conventions.ts 的 convention 一条。 */
export interface Kink {
  readonly convention: string;
  readonly f: (x: Tensor) => Tensor;
  readonly at: number;
  /** 约定的值写成公式时（如 1/k），这里给出这一例的数。 */
  readonly value?: number;
}

const once = (convention: string, f: Kink["f"], ...points: readonly number[]): Kink[] =>
  points.map((at) => ({ convention, f, at }));

/** 有拐点或跳变的原语，每个拐点一例。 */
export const kinks: Readonly<Record<string, readonly Kink[]>> = {
  relu: once("relu", p.relu, 0),
  abs: once("abs", p.abs, 0),
  elu: once("elu", (x) => p.elu(x, 0.3), 0),
  clip: once("clip", (x) => p.clip(x, -1, 2), -1, 2),
  maximum: [
    ...once("maximum", (x) => p.maximum(x, 1.5), 1.5),
    ...once("maximum", (x) => p.maximum(1.5, x), 1.5),
  ],
  minimum: [
    ...once("maximum", (x) => p.minimum(x, 1.5), 1.5),
    ...once("maximum", (x) => p.minimum(1.5, x), 1.5),
  ],
  max: [{ convention: "max", f: (x) => p.max(p.mul(x, [1, 0, 0]).add([0, 2, 2])), at: 2, value: 1 / 3 }],
  min: [{ convention: "max", f: (x) => p.min(p.mul(x, [1, 0]).add([0, 2])), at: 2, value: 1 / 2 }],
  sign: once("sign", p.sign, 0),
  floor: once("sign", p.floor, 1),
  ceil: once("sign", p.ceil, -2),
  round: once("sign", p.round, 0.5),
  equal: once("sign", (x) => p.astype(p.equal(x, 1), "float64"), 1),
  notEqual: once("sign", (x) => p.astype(p.notEqual(x, 1), "float64"), 1),
  greater: once("sign", (x) => p.astype(p.greater(x, 1), "float64"), 1),
  greaterEqual: once("sign", (x) => p.astype(p.greaterEqual(x, 1), "float64"), 1),
  less: once("sign", (x) => p.astype(p.less(x, 1), "float64"), 1),
  lessEqual: once("sign", (x) => p.astype(p.lessEqual(x, 1), "float64"), 1),
  cast: once("sign", (x) => p.astype(p.astype(x, "int32"), "float64"), 1),
  argmax: once("sign", (x) => p.astype(p.argmax(p.mul(x, [1, 0])), "float64"), 0),
  argmin: once("sign", (x) => p.astype(p.argmin(p.mul(x, [1, 0])), "float64"), 0),
  logicalNot: once("sign", (x) => p.astype(p.logicalNot(x), "float64"), 0),
  logicalAnd: once("sign", (x) => p.astype(p.logicalAnd(x, true), "float64"), 0),
  logicalOr: once("sign", (x) => p.astype(p.logicalOr(x, false), "float64"), 0),
  argsort: once(
    "sign",
    (x) =>
      p
        .astype(p.argsort(p.mul(x, [1, 0])), "float64")
        .slice([0], [1])
        .reshape([]),
    0,
  ),
};

/** 在定义域内处处可导的原语（mod 在跳变之外），以及不由输入的值决定取舍的。新加的原语要归到这里或上面的表里。 */
export const smooth: ReadonlySet<string> = new Set(
  [
    "add sub mul div neg square pow exp expm1 log log1p logaddexp sqrt sigmoid softplus",
    "sin cos tan asin acos atan atan2 sinh cosh tanh sechSquare erf erfc erfinv",
    "sum prod cumsum matmul det logdet cofactor solve triangularSolve cholesky eigh svd qr pinv",
    "reshape transpose broadcastTo slice flip pad concat gather scatterAdd unfold fold where",
    "mod detach stopGradient random to",
  ].flatMap((line) => line.split(" ")),
);
