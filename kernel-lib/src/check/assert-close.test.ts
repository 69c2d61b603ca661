import assert from "node:assert/strict";
import { assertClose } from "./assert-close.js";

describe("assertClose", () => {
  it("容差之内通过，也不返回值", () => {
    assert.equal(assertClose([1, 2], [1, 2.5], 0.3), undefined);
    assert.equal(assertClose([], []), undefined);
    assert.throws(() => assertClose([1, 2], [1, 2.5], 0.1), /TIDU-CHECK-002/);
  });

  it("指出最差的元素", () => {
    assert.throws(() => assertClose([1, 2, 3], [1, 2.5, 3]), /TIDU-CHECK-002.*第 1 个元素得到 2，应为 2.5/);
  });

  it("形状不同、NaN 都不通过", () => {
    assert.throws(() => assertClose([1, 2], [[1, 2]]), /TIDU-CHECK-001/);
    assert.throws(() => assertClose(Number.NaN, Number.NaN), /TIDU-CHECK-002/);
    assert.throws(() => assertClose(1, Number.POSITIVE_INFINITY), /TIDU-CHECK-002/);
  });
});
