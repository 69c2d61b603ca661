import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { gather } from "../primitives/indexing.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";

/** 补边取什么值：reflect 以边缘元素为轴对折，edge 重复边缘，wrap 首尾相接。 */
export type PadMode = "reflect" | "edge" | "wrap";

/** 补边后第 i 格取原来的第几格（i 可以是负的）。 */
const source: Readonly<Record<PadMode, (i: number, n: number) => number>> = {
  edge: (i, n) => Math.min(Math.max(i, 0), n - 1),
  wrap: (i, n) => ((i % n) + n) % n,
  reflect: (i, n) => {
    if (n === 1) return 0;
    const period = 2 * (n - 1);
    const k = ((i % period) + period) % period;
    return k < n ? k : period - k;
  },
};

/**
 * 用边上的值补边（补常数请用 pad）：reflect 以端点为镜面反射（端点不重复），edge 重复端点，wrap 从另一头接着取。
 * widths 每个轴给 [前, 后]。写法不对抛 TIDU-ARG-003，轴上没有元素抛 TIDU-SHAPE-009。
 *
 * @example
 * padMode([1, 2, 3], [[2, 1]], "reflect").toArray() // => [3, 2, 1, 2, 3, 2]
 * @example
 * padMode([1, 2, 3], [[1, 1]], "edge").toArray() // => [1, 1, 2, 3, 3]
 */
export function padMode(x: TensorLike, widths: readonly (readonly number[])[], mode: PadMode): Tensor {
  let y = asTensor(x);
  const from = source[mode];
  const bad = widths.some((p) => p.length !== 2 || p.some((n) => !Number.isInteger(n) || n < 0));
  if (bad || widths.length !== y.rank || !from) {
    throw new TiduError(
      "TIDU-ARG-003",
      `padMode：要给 ${y.rank} 个轴各一对非负整数 [前, 后]，方式是 reflect、edge 或 wrap；得到的是 ${JSON.stringify(widths)} 与 ${String(mode)}。`,
    );
  }
  for (const [axis, [lo, hi]] of (widths as [number, number][]).entries()) {
    const n = y.shape[axis]!;
    if (lo === 0 && hi === 0) continue;
    if (n === 0) {
      throw new TiduError(
        "TIDU-SHAPE-009",
        `padMode：形状 ${showShape(y.shape)} 的第 ${axis} 轴没有元素，没有边可用。`,
      );
    }
    y = gather(
      y,
      Array.from({ length: lo + n + hi }, (_, i) => from(i - lo, n)),
      axis,
    );
  }
  return y;
}
