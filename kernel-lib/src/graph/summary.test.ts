import assert from "node:assert/strict";
import { showNumber, summarize } from "./summary.js";

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
    assert.equal(f([1, 2, 3, 4, 5], [5]), "[1, 2, …, 5]");
    assert.equal(f([1, 2, 3, 4], [2, 2]), "[1, 2; 3, 4]");
    assert.equal(f([1, 2, 3, 4, 5, 6], [2, 3]), "2×3 [1, …, 6]");
    assert.equal(f([], [0, 3]), "空 0×3");
    assert.equal(summarize(Uint8Array.of(1, 0), [2], "bool"), "[真, 假]");
  });
});
