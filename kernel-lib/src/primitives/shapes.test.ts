import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tensor } from "../index.js";
import * as t from "../index.js";
import { nest } from "../tensor.js";

// 随机形状（含空、标量、长度 1）下，每种布局与约简都与“逐个下标”的朴素实现比较。

const dims = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const filled = dims.map((shape) => {
  const n = shape.reduce((p, k) => p * k, 1);
  return t.reshape(
    Float64Array.from({ length: n }, (_, i) => Math.sin(i * 1.7) + (i % 3)),
    shape,
  );
});

type Index = readonly number[];

/** 按下标函数造出期望的嵌套数组。 */
function build(shape: Index, at: (index: Index) => number): unknown {
  const n = shape.reduce((p, k) => p * k, 1);
  const flat = Float64Array.from({ length: n }, (_, k) => at(unravel(k, shape)));
  return nest(flat, shape);
}

function unravel(k: number, shape: Index): number[] {
  const index = new Array<number>(shape.length);
  for (let i = shape.length - 1; i >= 0; i--) {
    index[i] = k % shape[i]!;
    k = Math.floor(k / shape[i]!);
  }
  return index;
}

function read(x: Tensor): (index: Index) => number {
  const data = x.concrete().readSync();
  return (index) => data[index.reduce((offset, i, axis) => offset * x.shape[axis]! + i, 0)]!;
}

const axesOf = (x: Tensor): fc.Arbitrary<number[]> =>
  x.rank === 0 ? fc.constant([]) : fc.uniqueArray(fc.integer({ min: 0, max: x.rank - 1 }));

/** 各数相差不超过几个舍入：次序不同的和、积只差这么多。期望的数相消到很小时，按 1 计。 */
function near(actual: unknown, expected: unknown): void {
  const a = [actual].flat(9) as number[];
  const e = [expected].flat(9) as number[];
  assert.equal(a.length, e.length);
  for (const [i, v] of e.entries())
    assert.ok(
      Object.is(a[i], v) || Math.abs(a[i]! - v) <= 1e-12 * Math.max(1, Math.abs(v)),
      `${a[i]} ≠ ${v}`,
    );
}

describe("随机形状", () => {
  it("transpose", () => {
    const input = filled.chain((x) =>
      fc.tuple(fc.constant(x), fc.shuffledSubarray([...x.shape.keys()], { minLength: x.rank })),
    );
    fc.assert(
      fc.property(input, ([x, perm]) => {
        const at = read(x);
        const y = t.transpose(x, perm);
        assert.deepEqual(
          y.toArray(),
          build(
            perm.map((p) => x.shape[p]!),
            (index) => {
              const source = new Array<number>(perm.length);
              for (const [i, p] of perm.entries()) source[p] = index[i]!;
              return at(source);
            },
          ),
        );
      }),
    );
  });

  it("flip", () => {
    const input = filled.chain((x) => fc.tuple(fc.constant(x), axesOf(x)));
    fc.assert(
      fc.property(input, ([x, axes]) => {
        const at = read(x);
        assert.deepEqual(
          t.flip(x, axes).toArray(),
          build(x.shape, (index) => at(index.map((i, a) => (axes.includes(a) ? x.shape[a]! - 1 - i : i)))),
        );
      }),
    );
  });

  it("broadcastTo 与加法的广播", () => {
    const input = dims.chain((shape) =>
      fc.tuple(
        fc.constant(shape),
        fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
        fc.integer({ min: 0, max: shape.length }),
      ),
    );
    fc.assert(
      fc.property(input, ([shape, ones, drop]) => {
        const small = shape.map((n, i) => (ones[i] ? 1 : n)).slice(drop);
        const n = small.reduce((p, k) => p * k, 1);
        const x = t.reshape(
          Float64Array.from({ length: n }, (_, i) => i + 0.5),
          small,
        );
        const at = read(x);
        const expected = build(shape, (index) =>
          at(index.slice(drop).map((i, a) => (small[a] === 1 ? 0 : i))),
        );
        assert.deepEqual(t.broadcastTo(x, shape).toArray(), expected);
        assert.deepEqual(t.add(x, t.zeros(shape)).toArray(), expected);
        assert.deepEqual(t.add(t.zeros(shape), x).toArray(), expected);
        assert.deepEqual(t.where(t.ones(shape), x, 0).toArray(), expected);
      }),
    );
  });

  it("slice 与 pad 互逆，步长大于 1 也对", () => {
    const input = filled.chain((x) =>
      fc.tuple(
        fc.constant(x),
        fc.tuple(...x.shape.map((n) => fc.tuple(fc.nat(n), fc.integer({ min: 1, max: 3 })))),
        fc.tuple(...x.shape.map(() => fc.tuple(fc.nat(2), fc.nat(2)))),
      ),
    );
    fc.assert(
      fc.property(input, ([x, from, widths]) => {
        const at = read(x);
        const start = from.map(([s]) => s);
        const step = from.map(([, by]) => by);
        const y = t.slice(x, start, undefined, step);
        assert.deepEqual(
          y.toArray(),
          build(y.shape, (index) => at(index.map((i, a) => start[a]! + i * step[a]!))),
        );
        for (const [a, n] of y.shape.entries()) {
          assert.equal(n, Math.ceil((x.shape[a]! - start[a]!) / step[a]!));
        }
        const padded = t.pad(x, widths, -1);
        assert.deepEqual(
          padded.toArray(),
          build(padded.shape, (index) => {
            const inner = index.map((i, a) => i - widths[a]![0]);
            return inner.every((i, a) => i >= 0 && i < x.shape[a]!) ? at(inner) : -1;
          }),
        );
        assert.deepEqual(
          t
            .slice(
              padded,
              widths.map(([lo]) => lo),
              x.shape,
            )
            .toArray(),
          x.toArray(),
        );
      }),
    );
  });

  it("sum、prod、max、min、mean 对任意一组轴", () => {
    const input = filled.chain((x) => fc.tuple(fc.constant(x), axesOf(x), fc.boolean()));
    fc.assert(
      fc.property(input, ([x, axes, keepDims]) => {
        const at = read(x);
        const inner = axes.map((a) => x.shape[a]!);
        const count = inner.reduce((p, k) => p * k, 1);
        const shape = x.shape.flatMap((n, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [n]));
        const fold = (f: (a: number, b: number) => number, initial: number): unknown =>
          build(shape, (index) => {
            let acc = initial;
            for (let k = 0; k < count; k++) {
              const at2 = unravel(k, inner);
              let next = 0;
              const full = x.shape.map((_, i) => {
                if (!axes.includes(i)) return index[keepDims ? i : next++]!;
                return at2[axes.indexOf(i)]!;
              });
              acc = f(acc, at(full));
            }
            return acc;
          });
        near(
          t.sum(x, axes, { keepDims }).toArray(),
          fold((a, b) => a + b, 0),
        );
        near(
          t.prod(x, axes, { keepDims }).toArray(),
          fold((a, b) => a * b, 1),
        );
        if (count === 0) {
          assert.throws(() => t.max(x, axes), /TIDU-SHAPE-009/);
          assert.throws(() => t.mean(x, axes), /TIDU-SHAPE-009/);
          return;
        }
        near(t.max(x, axes, { keepDims }).toArray(), fold(Math.max, -Infinity));
        near(t.min(x, axes, { keepDims }).toArray(), fold(Math.min, Infinity));
        near(
          t.mean(x, axes, { keepDims }).toArray(),
          fold((a, b) => a + b / count, 0),
        );
      }),
    );
  });

  it("cumsum 的末项是 sum，相邻差是原值", () => {
    const input = filled.filter((x) => x.rank > 0).chain((x) => fc.tuple(fc.constant(x), fc.nat(x.rank - 1)));
    fc.assert(
      fc.property(input, ([x, axis]) => {
        const at = read(x);
        near(
          t.cumsum(x, axis).toArray(),
          build(x.shape, (index) => {
            let s = 0;
            for (let k = 0; k <= index[axis]!; k++) s += at(index.map((i, a) => (a === axis ? k : i)));
            return s;
          }),
        );
      }),
    );
  });

  it("concat 与 chunk 互逆", () => {
    const input = filled
      .filter((x) => x.rank > 0)
      .chain((x) => fc.tuple(fc.constant(x), fc.nat(x.rank - 1), fc.nat(4)));
    fc.assert(
      fc.property(input, ([x, axis, cut]) => {
        const n = x.shape[axis]!;
        const first = Math.min(cut, n);
        const parts = t.chunk(x, [first, n - first], axis);
        assert.deepEqual(t.concat(parts, axis).toArray(), x.toArray());
        assert.equal(parts[0]!.shape[axis], first);
      }),
    );
  });

  it("内侧长度是 0 的一摞矩阵也能求梯度", () => {
    const b = t.zeros([0, 5]);
    const g = t.grad((y: Tensor) => t.sum(t.matmul(t.zeros([3, 4, 0]), y)))(b);
    assert.deepEqual(g.shape, [0, 5]);
  });

  it("matmul 与三重循环一致，含空矩阵、广播的一摞", () => {
    const size = fc.integer({ min: 0, max: 5 });
    const lead = fc.constantFrom(
      [[], []],
      [[2], []],
      [[], [3]],
      [
        [2, 1],
        [1, 3],
      ],
      [[2], [2]],
    );
    fc.assert(
      fc.property(size, size, size, lead, (m, k, n, [la, lb]) => {
        const make = (shape: number[], phase: number): Tensor => {
          const total = shape.reduce((p, q) => p * q, 1);
          return t.reshape(
            Float64Array.from({ length: total }, (_, i) => Math.cos(i + phase)),
            shape,
          );
        };
        const a = make([...la!, m, k], 0);
        const b = make([...lb!, k, n], 1);
        const y = t.matmul(a, b);
        const aAt = read(a);
        const bAt = read(b);
        const pick = (index: Index, own: Index): number[] =>
          own.map((d, i) => (d === 1 ? 0 : index[index.length - 2 - own.length + i]!));
        near(
          y.toArray(),
          build(y.shape, (index) => {
            const [i, j] = index.slice(-2) as [number, number];
            let s = 0;
            for (let p = 0; p < k; p++)
              s += aAt([...pick(index, la!), i, p]) * bAt([...pick(index, lb!), p, j]);
            return s;
          }),
        );
        assert.deepEqual(y.shape.slice(-2), [m, n]);
      }),
    );
  });

  it("gather 与 scatterAdd 互为转置：⟨u, gather(x)⟩ = ⟨scatterAdd(u), x⟩", () => {
    const input = filled
      .filter((x) => x.size > 0 && x.rank > 0)
      .chain((x) =>
        fc
          .nat(x.rank - 1)
          .chain((axis) =>
            fc.tuple(
              fc.constant(x),
              fc.constant(axis),
              fc.array(fc.nat(x.shape[axis]! - 1), { maxLength: 6 }),
            ),
          ),
      );
    fc.assert(
      fc.property(input, ([x, axis, list]) => {
        const index = t.tensor(Int32Array.from(list));
        const y = t.gather(x, index, axis);
        const at = read(x);
        assert.deepEqual(
          y.toArray(),
          build(y.shape, (i) => at(i.map((k, a) => (a === axis ? list[k]! : k)))),
        );
        const u = t.sin(y);
        const back = t.scatterAdd(index, u, x.shape[axis]!, axis);
        near(t.sum(t.mul(u, y)).item(), t.sum(t.mul(back, x)).item());
      }),
    );
  });
});
