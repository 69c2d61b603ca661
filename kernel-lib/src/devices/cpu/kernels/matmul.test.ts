import assert from "node:assert/strict";
import type { DType } from "../../../index.js";
import * as t from "../../../index.js";

/** 定义式：三重循环。 */
function naive(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, p) => s + v * b[p]![j]!, 0)));
}

// 分块的大矩阵与逐行的小矩阵是两段代码；各取一些凑不满块的大小。
const sizes: [number, number, number][] = [
  [4, 600, 4],
  [5, 500, 7],
  [33, 17, 30],
  [64, 64, 64],
  [65, 40, 67],
  [3, 1000, 50],
  [50, 1000, 3],
  [300, 50, 1],
  [1, 50, 300],
  [7, 5, 6],
];

describe("cpu：矩阵乘法的各条路径", () => {
  for (const [m, k, n] of sizes) {
    for (const dtype of ["float64", "float32", "int32"] as DType[]) {
      it(`[${m}, ${k}] × [${k}, ${n}]，${dtype}`, () => {
        const a = t.astype(t.mul(t.normal(t.key(m), [m, k]), 3), dtype);
        const b = t.astype(t.mul(t.normal(t.key(n), [k, n]), 3), dtype);
        const y = t.matmul(a, b);
        assert.equal(y.dtype, dtype);
        const expected = naive(a.toArray() as number[][], b.toArray() as number[][]);
        const actual = y.toArray() as number[][];
        // 舍入误差与各项绝对值之和成比例，与和本身（可能相消）无关。
        const magnitude = (m: t.Tensor): number[][] => t.abs(m).toArray<number[][]>();
        const scale = naive(magnitude(a), magnitude(b));
        const tolerance = dtype === "float32" ? 1e-6 : 1e-14;
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            const error = Math.abs(actual[i]![j]! - expected[i]![j]!);
            assert.ok(error <= tolerance * scale[i]![j]!, `(${i}, ${j})：差 ${error}`);
          }
        }
      });
    }
  }

  it("一摞大矩阵：每一个都与单独乘相同", () => {
    const a = t.normal(t.key(1), [3, 20, 30]);
    const b = t.normal(t.key(2), [3, 30, 20]);
    const y = t.matmul(a, b);
    for (const i of [0, 1, 2]) {
      assert.deepEqual(t.gather(y, i).toArray(), t.matmul(t.gather(a, i), t.gather(b, i)).toArray());
    }
  });
});
