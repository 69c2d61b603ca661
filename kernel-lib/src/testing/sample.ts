import { asTensor } from "../core/convert.js";
import { isFloat } from "../dtype.js";
import { astype } from "../primitives/select.js";
import type { Tensor } from "../tensor.js";

/** 一个可以求值、求导的例子：f 与它的参数。 */
export interface Sample {
  readonly f: (...args: Tensor[]) => Tensor;
  readonly args: readonly (Tensor | readonly any[] | number)[];
  /** 第几个参数是整数（下标、密钥）：不求导。 */
  readonly indices?: readonly number[];
  /** 导数处处为零（取整、比较）。 */
  readonly flat?: boolean;
  /** 导数约定为零，与有限差分不同。 */
  readonly detached?: boolean;
}

/** 参数都变成 cpu 上的张量；整数参数是 int32，其余是 float64。 */
export function tensorsOf({ args, indices }: Sample): Tensor[] {
  return args.map((a, i) => {
    const t = asTensor(a as any);
    return indices?.includes(i) ? astype(t, "int32") : t;
  });
}

/** 固定整数参数，只留可求导的。 */
export function overFloats(sample: Sample): { f: (...xs: Tensor[]) => Tensor; xs: Tensor[] } {
  const all = tensorsOf(sample);
  const at = all.flatMap((t, i) => (isFloat(t.dtype) ? [i] : []));
  return {
    xs: at.map((i) => all[i]!),
    f: (...xs) => sample.f(...all.map((t, i) => (at.includes(i) ? xs[at.indexOf(i)]! : t))),
  };
}
