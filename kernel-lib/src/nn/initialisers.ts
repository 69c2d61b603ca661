import { TiduError } from "../errors.js";
import { qr } from "../linalg/qr.js";
import { mul } from "../primitives/arithmetic.js";
import { transpose } from "../primitives/layout.js";
import { normal, uniform } from "../random/distributions.js";
import { type Shape, showShape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** 初始化：由密钥与形状得到权重。 */
export type Initialiser = (key: Tensor, shape: Shape) => Tensor;

/** 一个单元有几路输入、几路输出。矩阵 [入, 出]；卷积核 [出, 入, ...空间]，各乘上空间大小。 */
function fans(op: string, shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new TiduError(
      "TIDU-NN-001",
      `${op}：要矩阵 [入, 出] 或卷积核 [出, 入, ...] 的形状，得到的是 ${showShape(shape)}。`,
    );
  }
  if (shape.length === 2) return { fanIn: shape[0]!, fanOut: shape[1]! };
  const area = sizeOf(shape.slice(2));
  return { fanIn: shape[1]! * area, fanOut: shape[0]! * area };
}

const spread = (key: Tensor, shape: Shape, variance: number): Tensor =>
  mul(normal(key, shape), Math.sqrt(variance));

/**
 * Glorot（Xavier）均匀初始化：[−a, a)，a = √(6/(入 + 出))，使前向与反向的方差都大致不变。
 * 来源：Glorot 与 Bengio，2010。形状不足两个轴抛 TIDU-NN-001。
 *
 * @example
 * glorotUniform(key(0), [3, 2]).shape // => [3, 2]
 */
export function glorotUniform(key: Tensor, shape: Shape): Tensor {
  const { fanIn, fanOut } = fans("glorotUniform", shape);
  const a = Math.sqrt(6 / (fanIn + fanOut));
  return uniform(key, shape, { min: -a, max: a });
}

/**
 * Glorot 正态初始化：方差 2/(入 + 出)。
 *
 * @example
 * glorotNormal(key(0), [3, 2]).shape // => [3, 2]
 */
export function glorotNormal(key: Tensor, shape: Shape): Tensor {
  const { fanIn, fanOut } = fans("glorotNormal", shape);
  return spread(key, shape, 2 / (fanIn + fanOut));
}

/**
 * He（Kaiming）正态初始化：方差 2/入，弥补 relu 截去的一半。来源：He 等，2015（arXiv:1502.01852）。
 *
 * @example
 * heNormal(key(0), [3, 2]).shape // => [3, 2]
 */
export function heNormal(key: Tensor, shape: Shape): Tensor {
  return spread(key, shape, 2 / fans("heNormal", shape).fanIn);
}

/**
 * LeCun 正态初始化：方差 1/入，用于 tanh 一类在 0 附近斜率为 1 的激活。
 *
 * @example
 * lecunNormal(key(0), [3, 2]).shape // => [3, 2]
 */
export function lecunNormal(key: Tensor, shape: Shape): Tensor {
  return spread(key, shape, 1 / fans("lecunNormal", shape).fanIn);
}

/**
 * 正交初始化：随机的 [m, n] 矩阵，列（m ≥ n 时）或行标准正交，再乘 gain。来源：Saxe 等，2013（arXiv:1312.6120）。
 * 不是矩阵的形状抛 TIDU-NN-001。
 *
 * @example
 * const w = orthogonal(key(0), [3, 2]);
 * matmul(transpose(w), w).toArray() // => [[1, 0], [0, 1]]
 */
export function orthogonal(key: Tensor, shape: Shape, gain = 1): Tensor {
  if (shape.length !== 2) {
    throw new TiduError("TIDU-NN-001", `orthogonal：要矩阵的形状，得到的是 ${showShape(shape)}。`);
  }
  const [m, n] = shape as [number, number];
  // 正态矩阵的 Q 因子（R 的对角元取正）在正交矩阵里均匀分布。
  const [q] = qr(normal(key, m >= n ? [m, n] : [n, m]));
  return mul(gain, m >= n ? q : transpose(q));
}
