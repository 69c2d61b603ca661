import assert from "node:assert/strict";
import type { DType, Tensor } from "../../index.js";
import * as t from "../../index.js";

// cpu 核在四种元素类型上的行为；值的对错另有测试，这里看类型、截断与缓存键。
const dtypes: readonly DType[] = ["float64", "float32", "int32", "bool"];
const of = (dtype: DType): Tensor =>
  t.tensor(
    [
      [1, 0, 1],
      [0, 1, 1],
    ],
    dtype,
  );

describe("cpu：四种元素类型", () => {
  for (const dtype of dtypes) {
    const counted = dtype === "bool" ? "int32" : dtype;
    it(`${dtype}：搬动不改类型，求和把布尔当整数`, () => {
      const x = of(dtype);
      for (const y of [
        t.transpose(x),
        t.flip(x),
        t.pad(x, 1),
        t.slice(x, [0, 1]),
        t.gather(x, [1]),
        t.concat([x, x]),
      ]) {
        assert.equal(y.dtype, dtype);
      }
      assert.deepEqual(t.concat([x, x], 1).toArray(), [
        [1, 0, 1, 1, 0, 1],
        [0, 1, 1, 0, 1, 1],
      ]);
      assert.equal(t.sum(x).dtype, counted);
      assert.deepEqual(t.sum(x, 0).toArray(), [1, 1, 2]);
      assert.deepEqual(t.cumsum(x).toArray(), [
        [1, 1, 2],
        [0, 1, 2],
      ]);
      assert.equal(t.max(x, 1).dtype, dtype);
      assert.deepEqual(t.prod(x, 1).toArray(), [0, 0]);
      assert.deepEqual(t.argmax(x, 1).toArray(), [0, 1]);
      assert.equal(t.matmul(x, t.transpose(x)).dtype, counted);
      assert.deepEqual(t.matmul(x, t.transpose(x)).toArray(), [
        [2, 1],
        [1, 2],
      ]);
      assert.deepEqual(t.scatterAdd([1, 1], x, 2).toArray(), [
        [0, 0, 0],
        [1, 1, 2],
      ]);
      assert.deepEqual(t.where(x, 5, 7).toArray(), [
        [5, 7, 5],
        [7, 5, 5],
      ]);
    });

    for (const other of dtypes) {
      it(`${dtype} + ${other}：类型提升与值`, () => {
        const y = t.add(of(dtype), of(other));
        const order = ["int32", "float32", "float64"];
        const rank = (d: DType): number => Math.max(0, order.indexOf(d));
        assert.equal(y.dtype, order[Math.max(rank(dtype), rank(other))]);
        assert.deepEqual(y.toArray(), [
          [2, 0, 2],
          [0, 2, 2],
        ]);
      });
    }
  }

  it("只差参数的调用不会共用一份编译好的循环", () => {
    assert.deepEqual(t.clip([-9, 0, 9], -Infinity, 1).toArray(), [-9, 0, 1]);
    assert.deepEqual(t.clip([-9, 0, 9], -1, Infinity).toArray(), [-1, 0, 9]);
    assert.deepEqual(t.clip([-9, 0, 9], -Infinity, Infinity).toArray(), [-9, 0, 9]);
    assert.deepEqual(t.elu([-1], 2).toArray(), [2 * Math.expm1(-1)]);
    assert.deepEqual(t.elu([-1], 3).toArray(), [3 * Math.expm1(-1)]);
  });

  it("很多个轴的广播（超过缓存的循环层数）", () => {
    const shape = [2, 1, 2, 1, 2, 1, 2, 1];
    const other = [1, 2, 1, 2, 1, 2, 1, 2];
    const a = t.reshape(t.arange(16), shape);
    const b = t.reshape(t.arange(16), other);
    const y = t.add(a, b);
    assert.deepEqual(y.shape, new Array(8).fill(2));
    assert.deepEqual(t.sub(y, b).toArray(), t.broadcastTo(a, y.shape).toArray());
  });

  it("NaN 在最值里传播", () => {
    assert.ok(Number.isNaN(t.max([1, NaN, 3]).item()));
    assert.ok(Number.isNaN(t.maximum(NaN, 1).item()));
    assert.deepEqual(
      t
        .min(
          [
            [1, NaN],
            [NaN, 2],
          ],
          0,
        )
        .toArray(),
      [NaN, NaN],
    );
    assert.equal(t.argmax([1, NaN, 3]).item(), 1);
  });
});
