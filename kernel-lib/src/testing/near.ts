import assert from "node:assert/strict";
import type { Tensor } from "../tensor.js";

/** 逐个元素相差不超过最大值（不小于 floor）的 tolerance 倍；形状也要相同。 */
export async function near(
  actual: Tensor,
  expected: Tensor,
  what: string,
  tolerance = 2e-5,
  floor = 1e-2,
): Promise<void> {
  assert.deepEqual(actual.shape, expected.shape, what);
  const [a, e] = [await actual.data(), await expected.data()];
  const largest = Array.from(e as ArrayLike<number>).reduce((m, v) => Math.max(m, Math.abs(v)), floor);
  for (let i = 0; i < e.length; i++) {
    assert.ok(Math.abs(a[i]! - e[i]!) <= tolerance * largest, `${what}[${i}]：${a[i]}，应为 ${e[i]}`);
  }
}
