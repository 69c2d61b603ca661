import assert from "node:assert/strict";
import { showNumber, summarize, summaryRows } from "./summary.js";

describe("summary", () => {
  it("四位有效数字", () => {
    const cases: [number, string][] = [
      [0, "0"],
      [-0, "0"],
      [1, "1"],
      [-2.5, "−2.5"],
      [2 / 3, "0.6667"],
      [100, "100"],
      [12345.678, "12350"],
      [1e-7, "1e−7"],
      [-123456789, "−1.23e8"],
      [NaN, "NaN"],
      [-Infinity, "−∞"],
    ];
    for (const [x, text] of cases) assert.equal(showNumber(x), text);
  });

  it("标量、短向量、长向量、矩阵、空数组", () => {
    const f = (xs: number[], shape: number[]): string => summarize(Float64Array.from(xs), shape, "float64");
    assert.equal(f([1.5], []), "1.5");
    assert.equal(f([1, 2], [2]), "[1, 2]");
    assert.equal(f([1, 2, 3, 4, 5], [5]), "长 5 ∈ [1, 5]");
    assert.equal(f([1, 2, 3, 4], [2, 2]), "[1, 2; 3, 4]");
    assert.equal(f([1, 2, 3, 4, 5, 6], [2, 3]), "2×3 ∈ [1, 6]");
    assert.equal(f([], [0, 3]), "空 0×3");
    assert.equal(summarize(Uint8Array.of(1, 0), [2], "bool"), "[真, 假]");
  });

  it("大张量写形状与取值的范围；NaN 与全同的另说", () => {
    const f = (xs: number[], shape: number[]): string => summarize(Float64Array.from(xs), shape, "float64");
    assert.equal(f([-1.25, 0, 3, 2, 1, 7, 8, 9.5], [2, 2, 2]), "2×2×2 ∈ [−1.25, 9.5]");
    assert.equal(f([NaN, 1, 2, 3, 4], [5]), "长 5 1 个 NaN，其余 ∈ [1, 4]");
    assert.equal(f([NaN, NaN, NaN, NaN, NaN], [5]), "长 5 全是 NaN");
    assert.equal(f([2, 2, 2, 2, 2, 2], [3, 2]), "3×2 全是 2");
    assert.equal(summarize(Uint8Array.of(1, 0, 1, 1, 0), [5], "bool"), "长 5 真 3 个");
  });

  it("框里的小矩阵按行写全，小数位数相同，小数点对齐", () => {
    const rows = (xs: number[], shape: number[]): string[] =>
      summaryRows(Float64Array.from(xs), shape, "float64").map((r) =>
        r.replaceAll("\u2002", " ").replaceAll("\u2007", "_").replaceAll("\u2008", "."),
      );
    assert.deepEqual(rows([1, 2, 3, 4], [2, 2]), ["[1 2]", "[3 4]"]);
    assert.deepEqual(rows([0.5, -12, 3.25, 4], [2, 2]), ["[0.5 −12.0]", "[3.3 __4.0]"]);
    assert.deepEqual(rows([1e9, 0.5, 3, 4], [2, 2]), ["[1e9 0.5]", "[__3 4._]"]);
    assert.deepEqual(rows([1, 2, 3, 4, 5], [5]), ["[1, 2, 3, 4, 5]"]);
    assert.deepEqual(rows([1, 2, 3, 4], [4, 1]), ["[1; 2; 3; 4]"]);
    assert.equal(rows(new Array(20).fill(1.5), [4, 5]).length, 1);
  });
});
