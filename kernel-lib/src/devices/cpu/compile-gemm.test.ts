import assert from "node:assert/strict";
import fc from "fast-check";
import { gemm, type Strided } from "./compile-gemm.js";

const element = (s: Strided, i: number, j: number): number => s.data[s.offset + i * s.row + j * s.column]!;

describe("gemm", () => {
  it("任意大小与步长（含转置、向量、广播的零步长）都等于三重循环", () => {
    const size = fc.integer({ min: 0, max: 9 });
    const strides = fc.constantFrom("rows", "columns", "zero");
    fc.assert(
      fc.property(size, size, size, strides, strides, fc.nat(5), (m, n, k, left, right, offset) => {
        const matrix = (rows: number, columns: number, kind: string, seed: number): Strided => ({
          data: Float64Array.from({ length: offset + rows * columns + 1 }, (_, i) =>
            Math.sin(seed + i * 1.7),
          ),
          offset,
          row: kind === "rows" ? columns : kind === "columns" ? 1 : 0,
          column: kind === "rows" ? 1 : kind === "columns" ? rows : 1,
        });
        const [a, b] = [matrix(m, k, left, 1), matrix(k, n, right, 2)];
        const out = new Float64Array(m * n + 3).fill(7);
        gemm(out, 2, m, n, k, a, b);
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let p = 0; p < k; p++) sum += element(a, i, p) * element(b, p, j);
            assert.ok(Math.abs(out[2 + i * n + j]! - sum) < 1e-12, `(${i}, ${j})`);
          }
        }
        assert.deepEqual([out[0], out[1], out.at(-1)], [7, 7, 7], "不写到范围外");
      }),
      { numRuns: 500 },
    );
  });
});
