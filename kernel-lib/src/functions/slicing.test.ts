import assert from "node:assert/strict";
import fc from "fast-check";
import { at, grad, square, sum, type Tensor, tensor } from "../index.js";

/** Python 的切片，逐个数出来。 */
function slow(n: number, start: number | null, stop: number | null, step: number): number[] {
  const fold = (i: number): number => (i < 0 ? i + n : i);
  const [lo, hi] = step > 0 ? [0, n] : [-1, n - 1];
  const clamp = (i: number): number => Math.min(Math.max(fold(i), lo), hi);
  const from = start === null ? (step > 0 ? 0 : n - 1) : clamp(start);
  const to = stop === null ? (step > 0 ? n : -1) : clamp(stop);
  const out: number[] = [];
  for (let i = from; step > 0 ? i < to : i > to; i += step) out.push(i);
  return out;
}

describe("at：NumPy 写法的下标", () => {
  it("任意的起、止、步与逐个数出来的相同，梯度落在取到的位置上", () => {
    const end = fc.option(fc.integer({ min: -9, max: 9 }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 7 }),
        end,
        end,
        fc.integer({ min: -4, max: 4 }).filter((s) => s !== 0),
        (n, start, stop, step) => {
          const x = Array.from({ length: n }, (_, i) => i + 1);
          const text = `${start ?? ""}:${stop ?? ""}:${step}`;
          const picked = slow(n, start, stop, step);
          assert.deepEqual(
            at(x, text).toArray(),
            picked.map((i) => i + 1),
            text,
          );
          const g = grad((v: Tensor) => sum(square(at(v, text))))(x).toArray();
          assert.deepEqual(
            g,
            x.map((v, i) => (picked.includes(i) ? 2 * v : 0)),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it("写法不对、轴太多、越界都说清楚", () => {
    assert.throws(() => at([1, 2], "1-2"), /TIDU-INDEX-004.*起:止:步/);
    assert.throws(() => at([1, 2], "::0"), /TIDU-INDEX-004/);
    assert.throws(() => at([1, 2], 0, 0), /TIDU-INDEX-005/);
    assert.throws(() => at([[1]], "...", "..."), /TIDU-INDEX-005/);
    assert.throws(() => at([1, 2], 2), /TIDU-INDEX-003.*-2 到 1/);
    assert.deepEqual(at(tensor([[1, 2]]), null, 0, -1).toArray(), [2]);
  });
});
