import { asTensor } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { sameShape, showShape } from "../shape.js";
import type { TensorLike } from "../tensor.js";

/**
 * 断言两个张量形状相同、逐个元素相近：|actual − expected| ≤ tolerance·max(1, |expected|)；NaN 一律不通过。
 * 通过时什么也不返回，放在单元格末尾不会多出一行输出。
 *
 * @throws TIDU-CHECK-001 形状不同；TIDU-CHECK-002 数值不同（指出相差最大的位置）。
 *
 * @example
 * assertClose([0.1 + 0.2, 1], [0.3, 1]) // => undefined
 */
export function assertClose(actual: TensorLike, expected: TensorLike, tolerance = 1e-10): void {
  const a = asTensor(actual);
  const b = asTensor(expected);
  if (!sameShape(a.shape, b.shape)) {
    throw new TiduError(
      "TIDU-CHECK-001",
      `形状不同：得到 ${showShape(a.shape)}，应为 ${showShape(b.shape)}。`,
    );
  }
  const x = a.concrete().readSync();
  const y = b.concrete().readSync();
  let at = -1;
  let ratio = 0;
  for (let i = 0; i < x.length; i++) {
    const error = x[i] === y[i] ? 0 : Math.abs(x[i]! - y[i]!);
    const relative = error / Math.max(1, Math.abs(y[i]!));
    const scaled = Number.isNaN(relative) ? Number.POSITIVE_INFINITY : relative;
    if (scaled > ratio || at < 0) [ratio, at] = [scaled, i];
  }
  if (ratio > tolerance) {
    throw new TiduError(
      "TIDU-CHECK-002",
      `数值不同：第 ${at} 个元素得到 ${x[at]}，应为 ${y[at]}（容差 ${tolerance}）。`,
    );
  }
}
