import assert from "node:assert/strict";
import { choice, exponential, key, mean, rademacher, split, sum, type Tensor, variance } from "../index.js";

describe("抽样：choice、exponential、rademacher", () => {
  it("不放回地抽满就是一个排列；给了概率也不重复，概率为 0 的排在最后", () => {
    for (const k of split(key(3), 20)) {
      const even = choice(k, 6, [6], { replace: false }).toArray<number[]>();
      assert.deepEqual([...even].sort(), [0, 1, 2, 3, 4, 5]);
      const weighted = choice(k, 4, [4], { replace: false, p: [0.5, 0, 0.3, 0.2] }).toArray<number[]>();
      assert.deepEqual([...weighted].sort(), [0, 1, 2, 3]);
      assert.equal(weighted[3], 1);
    }
  });

  it("放回抽样的频率接近概率；形状照给的来，抽的是第 0 轴的片", () => {
    const p = [0.1, 0.6, 0.3];
    const drawn = choice(key(1), 3, [3000], { p });
    const counts = p.map((_, i) => drawn.toArray<number[]>().filter((v) => v === i).length / 3000);
    for (const [i, want] of p.entries()) assert.ok(Math.abs(counts[i]! - want) < 0.03, `${counts}`);
    const rows: Tensor = choice(
      key(2),
      [
        [1, 2],
        [3, 4],
      ],
      [2, 3],
    );
    assert.deepEqual(rows.shape, [2, 3, 2]);
    assert.ok(
      rows
        .toArray<number[][][]>()
        .flat()
        .every(([a, b]) => b === a! + 1),
    );
  });

  it("指数分布的均值与方差是 1，没有负数；rademacher 只有 ±1，和接近 0", () => {
    const x = exponential(key(7), [4000]);
    assert.ok(Math.abs(mean(x).item() - 1) < 0.06 && Math.abs(variance(x).item() - 1) < 0.15);
    assert.ok(x.toArray<number[]>().every((v) => v >= 0 && Number.isFinite(v)));
    const r = rademacher(key(7), [4000]);
    assert.ok(r.toArray<number[]>().every((v) => v === 1 || v === -1));
    assert.ok(Math.abs(sum(r).item()) < 250);
  });
});
