// 三元组损失（F. Schroff 等, FaceNet, 2015；K. Weinberger, L. Saul, LMNN, 2009）
//
// 锚点 a、正例 p（同类）、负例 n（异类）∈ R^D，间隔 m ≥ 0，距离 d：
//   L = max(0, z)，  z = d(a, p) − d(a, n) + m
// z > 0 时（激活区）∂L/∂z = 1；z ≤ 0 时为 0：负例已经够远，不再推。恰在 z = 0 处按约定取 0。
//
// 平方距离 d(x, y) = ‖x − y‖²，∂d/∂x = 2(x − y)，∂d/∂y = −2(x − y)。代入激活区：
//   ∂L/∂a = 2(a − p) − 2(a − n) = 2(n − p)
//   ∂L/∂p = −2(a − p)           沿负梯度走，p 向 a 靠近
//   ∂L/∂n = 2(a − n)            沿负梯度走，n 离 a 远去
//
// 欧氏距离 d(x, y) = ‖x − y‖ = √s，s = ‖x − y‖²。链式法则 ∂d/∂x = (1/(2√s))·2(x − y) = (x − y)/‖x − y‖，
// 是单位向量：远近都用同样的力。记 u = (a − p)/‖a − p‖，v = (a − n)/‖a − n‖，在激活区：
//   ∂L/∂a = u − v,   ∂L/∂p = −u,   ∂L/∂n = v
// x = y 时范数不可导（次梯度是整个单位球），按约定取其中最小的元素 0。
// 三项之和恒为零：整体平移不改变距离。

import { asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { expandDims } from "../functions/index.js";
import {
  add,
  div,
  equal,
  greater,
  mul,
  neg,
  relu,
  sqrt,
  square,
  sub,
  sum,
  where,
} from "../primitives/index.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused, timesAdjoint } from "../transforms/fused.js";
import { type Reduction, reduce } from "./reduction.js";

/** triplet 的选项：间隔与距离。 */
export interface TripletOptions {
  /** 间隔 m ≥ 0，缺省 1。 */
  readonly margin?: number;
  /** 欧氏距离（缺省）或它的平方。 */
  readonly distance?: "euclidean" | "squared";
}

/**
 * 三元组损失，一个样本一个值：`max(0, d(a,p) − d(a,n) + margin)`。末轴是特征，其余各轴是批，互相广播。
 * 末轴长度不同抛 TIDU-LOSS-005；margin 为负或 NaN 抛 TIDU-LOSS-003；距离名写错抛 TIDU-LOSS-004。
 *
 * @example
 * triplet([0, 0], [3, 4], [0, 5], { margin: 1 }).item() // => 1
 * @example
 * grad((p: Tensor) => triplet([0, 0], p, [0, 5], { margin: 1 }))([3, 4]).toArray() // => [0.6, 0.8]
 */
export function triplet(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  options: TripletOptions = {},
): Tensor {
  const { margin, distance } = checked(options);
  const [a, p, n] = features(anchor, positive, negative);
  const d = distance === "squared" ? squaredDistance : euclidean;
  return relu(add(sub(d(a, p), d(a, n)), margin));
}

function squaredDistance(x: Tensor, y: Tensor): Tensor {
  return sum(square(sub(x, y)), -1);
}

/** √s 在 s = 0 处的导数是 ∞；先把 0 换成 1 再开方，梯度就按约定是 0，二阶导数也不出 NaN。 */
function euclidean(x: Tensor, y: Tensor): Tensor {
  const s = squaredDistance(x, y);
  const zero = equal(s, 0);
  return where(zero, 0, sqrt(where(zero, 1, s)));
}

function checked(options: TripletOptions): Required<TripletOptions> {
  const { margin = 1, distance = "euclidean" } = options;
  if (typeof margin !== "number" || !(margin >= 0)) {
    throw new TiduError(
      "TIDU-LOSS-003",
      `triplet：间隔 margin 应是不小于 0 的数，得到的是 ${String(margin)}。`,
    );
  }
  if (distance !== "euclidean" && distance !== "squared") {
    throw new TiduError(
      "TIDU-LOSS-004",
      `triplet：距离 distance 可取 "euclidean"、"squared"，得到的是 ${String(distance)}。`,
    );
  }
  return { margin, distance };
}

function features(...xs: [TensorLike, TensorLike, TensorLike]): [Tensor, Tensor, Tensor] {
  const [a, p, n] = asTensors(...xs) as [Tensor, Tensor, Tensor];
  const width = a.shape.at(-1);
  if (width === undefined || p.shape.at(-1) !== width || n.shape.at(-1) !== width) {
    throw new TiduError(
      "TIDU-LOSS-005",
      `triplet：末轴是特征，三者的末轴要一样长；锚点、正例、负例的形状是 ${[a, p, n].map((x) => showShape(x.shape)).join("、")}。`,
    );
  }
  return [a, p, n];
}

/** tripletLoss 的选项：除间隔与距离外，还有归约。 */
export interface TripletLossOptions extends TripletOptions {
  /** 缺省 "mean"。 */
  readonly reduction?: Reduction;
}

/**
 * 一批三元组的损失，缺省取平均。在 webgpu 上由一个融合核一趟算出损失与三个梯度；二阶导数走组合的原语，结果相同。
 *
 * @example
 * tripletLoss([[0, 0], [0, 0]], [[3, 4], [1, 0]], [[0, 5], [0, 5]]).item() // => 0.5
 */
export function tripletLoss(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  options: TripletLossOptions = {},
): Tensor {
  const { reduction = "mean", ...rest } = options;
  const params = checked(rest);
  const [a, p, n] = features(anchor, positive, negative);
  const flat = [a, p, n].every((x) => x.rank === 2 && x.shape[0] === a.shape[0]);
  if (flat && reduction !== "none" && mayFuse([a, p, n])) return fusedTriplet(params, reduction)(a, p, n);
  return reduce(triplet(a, p, n, params), reduction);
}

/** 平均的 1/B 由融合核顺手乘上，三个梯度不用再走一趟。 */
function fusedTriplet(options: Required<TripletOptions>, reduction: "mean" | "sum") {
  const scaleOf = (a: Tensor): number => (reduction === "mean" ? 1 / a.shape[0]! : 1);
  const composed = (a: Tensor, p: Tensor, n: Tensor): Tensor => reduce(triplet(a, p, n, options), reduction);
  const fused = (xs: readonly Tensor[], gradient: boolean): readonly Tensor[] | null =>
    runFused("triplet", xs, { ...options, scale: scaleOf(xs[0]!), gradient });
  return customVjp(
    (a: Tensor, p: Tensor, n: Tensor): Tensor => fused([a, p, n], false)?.[0] ?? composed(a, p, n),
    (a: Tensor, p: Tensor, n: Tensor): [Tensor, Tensor[]] => {
      const all = fused([a, p, n], true);
      if (all) return [all[0]!, all.slice(1)];
      const g = tripletGradient(a, p, n, options);
      return [composed(a, p, n), [g.a, g.p, g.n].map((x) => mul(scaleOf(a), x))];
    },
    (gradients, ct, needed) => gradients.map((g, i) => (needed[i] ? timesAdjoint(ct, g) : null)),
  );
}

/**
 * 三元组损失的闭式梯度：各样本损失之和对 a、p、n 的梯度，形状是三者广播后的形状。
 *
 * @example
 * tripletGradient([0, 0], [3, 4], [0, 5]).n.toArray() // => [0, -1]
 */
export function tripletGradient(
  anchor: TensorLike,
  positive: TensorLike,
  negative: TensorLike,
  options: TripletOptions = {},
): { a: Tensor; p: Tensor; n: Tensor } {
  const { distance } = checked(options);
  const [a, p, n] = features(anchor, positive, negative);
  const force = (x: Tensor): Tensor => {
    if (distance === "squared") return mul(2, x);
    const s = expandDims(sum(square(x), -1), -1);
    const zero = equal(s, 0);
    return where(zero, 0, div(x, sqrt(where(zero, 1, s))));
  };
  const active = expandDims(greater(triplet(a, p, n, options), 0), -1);
  const u = where(active, force(sub(a, p)), 0);
  const v = where(active, force(sub(a, n)), 0);
  return { a: sub(u, v), p: neg(u), n: v };
}
