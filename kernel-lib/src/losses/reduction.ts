import { TiduError } from "../errors.js";
import { mean } from "../functions/index.js";
import { sum } from "../primitives/index.js";
import { sameShape, showShape } from "../shape.js";
import type { Tensor } from "../tensor.js";

/** 一批样本的损失怎样合成一个：不合、取平均、求和。 */
export type Reduction = "none" | "mean" | "sum";

export function reduce(loss: Tensor, reduction: Reduction): Tensor {
  switch (reduction) {
    case "mean":
      return mean(loss);
    case "sum":
      return sum(loss);
    case "none":
      return loss;
    default:
      throw new TiduError(
        "TIDU-LOSS-006",
        `reduction 可取 "mean"、"sum"、"none"，得到的是 ${String(reduction)}。`,
      );
  }
}

/** 预测与目标的形状要相同：[n] 与 [n, 1] 会悄悄广播成 [n, n]。 */
export function requireSameShape(op: string, pred: Tensor, target: Tensor): void {
  if (sameShape(pred.shape, target.shape)) return;
  throw new TiduError(
    "TIDU-LOSS-002",
    `${op}：预测的形状 ${showShape(pred.shape)} 与目标的形状 ${showShape(target.shape)} 不同。请先用 reshape 化成一样的。`,
  );
}

/** 值不得为 NaN 且要满足条件；读不到值的（vmap、jit、GPU 上的张量）不查。 */
export function requireValues(x: Tensor, ok: (v: number) => boolean, message: () => TiduError): void {
  if (x.device !== "cpu") return;
  let values: ArrayLike<number>;
  try {
    values = x.concrete().readSync();
  } catch (error) {
    if (error instanceof TiduError) return;
    throw error;
  }
  for (let i = 0; i < values.length; i++) if (!ok(Number(values[i]))) throw message();
}
