import assert from "node:assert/strict";
import fc from "fast-check";
import { broadcastShapes, broadcastStrides, normalizeAxes, sizeOf, stridesOf } from "./shape.js";

const id = (expected: string) => (e: any) => e.id === expected;

describe("形状", () => {
  it("广播：相等、为 1 或缺的轴", () => {
    assert.deepEqual(broadcastShapes("f", [3, 1], [4]), [3, 4]);
    assert.deepEqual(broadcastShapes("f", [0], [1]), [0]);
    assert.deepEqual(broadcastShapes("f", [], [2, 3]), [2, 3]);
  });

  it("不能广播时指出是哪个轴、怎么改", () => {
    assert.throws(
      () => broadcastShapes("add", [2, 3], [4]),
      /TIDU-SHAPE-001：add：形状 \[2, 3\] 与 \[4\] 不能广播，从末尾数第 1 个轴上 3 ≠ 4。请先用 reshape/,
    );
  });

  it("轴号：负数从末尾数，越界与重复报错", () => {
    assert.deepEqual(normalizeAxes("sum", [-1, 0], 3), [0, 2]);
    assert.deepEqual(normalizeAxes("sum", undefined, 2), [0, 1]);
    assert.throws(() => normalizeAxes("sum", 2, 2), id("TIDU-SHAPE-002"));
    assert.throws(() => normalizeAxes("sum", [0, -2], 2), id("TIDU-SHAPE-003"));
  });

  it("步长：末元素的偏移加一等于元素个数；广播轴步长为 0", () => {
    const shape = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
    fc.assert(
      fc.property(shape, (s) => {
        const last = stridesOf(s).reduce((sum, stride, i) => sum + stride * (s[i]! - 1), 0);
        assert.equal(last + 1, sizeOf(s));
      }),
    );
    assert.deepEqual(broadcastStrides([3, 1], [2, 3, 4]), [0, 1, 0]);
  });
});
