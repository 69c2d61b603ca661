import type { Params } from "../core/primitive.js";
import { cpu } from "../devices/cpu/device.js";
import { place } from "../devices/evaluate.js";
import { TiduError } from "../errors.js";
import { mean } from "../functions/index.js";
import { sum } from "../primitives/index.js";
import { sameShape, showShape } from "../shape.js";
import { ArrayTensor, type Tensor } from "../tensor.js";

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

/** 剥去求导的外层后，是不是都在同一个有融合核的设备上。vmap 与 jit 里没有具体的值，走组合的原语。 */
export function mayFuse(inputs: readonly Tensor[]): boolean {
  const device = inputs.find((x) => x.device !== "cpu")?.device;
  if (device === undefined) return false;
  try {
    return inputs.some((x) => x.concrete().owner.fused !== undefined);
  } catch (error) {
    if (error instanceof TiduError) return false;
    throw error;
  }
}

/** 输入全是具体张量、设备又有这个核时，一趟算完；否则返回 null，由调用者用组合的原语。 */
export function runFused(name: string, inputs: readonly Tensor[], params: Params): ArrayTensor[] | null {
  if (!inputs.every((x) => x instanceof ArrayTensor)) return null;
  const arrays = inputs as readonly ArrayTensor[];
  const device = arrays.find((x) => x.owner !== cpu)?.owner;
  if (!device?.fused || arrays.some((x) => x.owner !== cpu && x.owner !== device)) return null;
  return device.fused(
    name,
    arrays.map((x) => place(x, device)),
    params,
  );
}
