import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tensor } from "../index.js";
import * as t from "../index.js";

const id = (expected: string) => (e: any) => e.id === expected;

function made(shape: number[], phase: number): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  return t.reshape(
    Float64Array.from({ length: n }, (_, i) => Math.sin(1.3 * i + phase)),
    shape,
  );
}

/** 按定义的七重循环。 */
function naive(
  x: Tensor,
  w: Tensor,
  stride: number,
  padding: number,
  dilation: number,
  groups: number,
): number[] {
  const [n, , h, wd] = x.shape as number[];
  const [o, inner, kh, kw] = w.shape as number[];
  const xs = x.toArray() as number[][][][];
  const ws = w.toArray() as number[][][][];
  const oh = Math.floor((h! + 2 * padding - dilation * (kh! - 1) - 1) / stride) + 1;
  const ow = Math.floor((wd! + 2 * padding - dilation * (kw! - 1) - 1) / stride) + 1;
  const out: number[] = [];
  for (let b = 0; b < n!; b++)
    for (let oc = 0; oc < o!; oc++)
      for (let i = 0; i < oh; i++)
        for (let j = 0; j < ow; j++) {
          let s = 0;
          const first = Math.floor(oc / (o! / groups)) * inner!;
          for (let c = 0; c < inner!; c++)
            for (let p = 0; p < kh!; p++)
              for (let q = 0; q < kw!; q++) {
                const r = i * stride + p * dilation - padding;
                const k = j * stride + q * dilation - padding;
                s += (xs[b]![first + c]![r]?.[k] ?? 0) * ws[oc]![c]![p]![q]!;
              }
          out.push(s);
        }
  return out;
}

describe("卷积", () => {
  it("与定义的循环一致：步长、补边、间隔、分组", () => {
    const size = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(
        size,
        size,
        fc.nat(2),
        fc.integer({ min: 1, max: 2 }),
        fc.constantFrom(1, 2),
        size,
        (k, stride, padding, dilation, groups, inner) => {
          const x = made([2, inner * groups, 6, 5], 0);
          const w = made([2 * groups, inner, k, 2], 1);
          const y = t.conv2d(x, w, { strides: stride, padding, dilation, groups });
          const expected = naive(x, w, stride, padding, dilation, groups);
          const actual = t.flatten(y).toArray() as number[];
          assert.equal(actual.length, expected.length);
          for (const [i, v] of expected.entries()) assert.ok(Math.abs(actual[i]! - v) < 1e-12);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("对输入与核的梯度通过 gradcheck（含分组与步长）", () => {
    const x = made([1, 2, 5, 4], 0);
    const w = made([4, 1, 3, 2], 2);
    const f = (a: Tensor, b: Tensor): Tensor =>
      t.sum(t.sin(t.conv2d(a, b, { strides: [2, 1], padding: 1, groups: 2 })));
    t.assertGradcheck(f, [x, w]);
  });

  it("vmap 过批等于整批卷积", () => {
    const x = made([3, 1, 2, 4, 4], 0);
    const w = made([2, 2, 3, 3], 1);
    const each = t.vmap((v: Tensor) => t.conv2d(v, w))(x);
    assert.deepEqual(t.squeeze(each, 1).toArray(), t.conv2d(t.squeeze(x, 1), w).toArray());
  });

  it("same 补边保持大小；conv1d 与 conv2d 一致", () => {
    assert.deepEqual(
      t.conv2d(made([1, 1, 5, 6], 0), made([1, 1, 3, 4], 0), { padding: "same" }).shape,
      [1, 1, 5, 6],
    );
    const y = t.conv1d([[[1, 2, 3, 4, 5]]], [[[1, 0, -1]]], { strides: 2, padding: 1 });
    assert.deepEqual(y.toArray(), [[[-2, -2, 4]]]);
  });

  it("形状对不上、核太大时报错", () => {
    assert.throws(() => t.conv2d(made([1, 3, 4, 4], 0), made([2, 2, 3, 3], 0)), id("TIDU-CONV-001"));
    assert.throws(() => t.conv2d(made([1, 1, 2, 2], 0), made([1, 1, 3, 3], 0)), id("TIDU-CONV-002"));
    assert.throws(() => t.maxPool([1, 2], 2), id("TIDU-CONV-001"));
    assert.throws(() => t.maxPool([[1, 2]], 2), id("TIDU-CONV-002"));
  });
});

describe("池化", () => {
  it("重叠窗口：同一个最大值在几个窗口里胜出，梯度累加", () => {
    const g = t.grad((x: Tensor) => t.sum(t.maxPool(x, 2, { strides: 1 })));
    assert.deepEqual(
      g([
        [0, 1, 0],
        [2, 9, 3],
        [0, 4, 0],
      ]).toArray(),
      [
        [0, 0, 0],
        [0, 4, 0],
        [0, 0, 0],
      ],
    );
  });

  it("窗口里并列时均分", () => {
    const g = t.grad((x: Tensor) => t.sum(t.maxPool(x, 2)));
    assert.deepEqual(
      g([
        [1, 1],
        [1, 0],
      ]).toArray(),
      [
        [1 / 3, 1 / 3],
        [1 / 3, 0],
      ],
    );
  });

  it("补边不影响最大值；平均池化的梯度是 1/k²", () => {
    assert.deepEqual(
      t
        .maxPool(
          [
            [-1, -2],
            [-3, -4],
          ],
          2,
          { padding: 1 },
        )
        .toArray(),
      [
        [-1, -2],
        [-3, -4],
      ],
    );
    const g = t.grad((x: Tensor) => t.sum(t.avgPool(x, 2)));
    assert.deepEqual(g(t.zeros([2, 4])).toArray(), new Array(2).fill(new Array(4).fill(0.25)));
  });

  it("带批与通道轴", () => {
    assert.deepEqual(t.avgPool(t.ones([2, 3, 4, 6]), [2, 3]).shape, [2, 3, 2, 2]);
  });
});

describe("累乘", () => {
  it("与循环一致，任意轴", () => {
    const xs = [2, -1, 3, 0.5, 4, -2, 1.5];
    const expected = xs.map((_, i) => xs.slice(0, i + 1).reduce((a, b) => a * b));
    assert.deepEqual(t.cumprod(xs).toArray(), expected);
    assert.deepEqual(
      t
        .cumprod(
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          0,
        )
        .toArray(),
      [
        [1, 2],
        [3, 8],
        [15, 48],
      ],
    );
    assert.deepEqual(t.cumprod([]).toArray(), []);
  });

  it("含零时的梯度等于手算", () => {
    // y = (a, ab, abc)，L = Σy：∂L/∂a = 1 + b + bc，∂L/∂b = a + ac，∂L/∂c = ab。
    const g = t.grad((x: Tensor) => t.sum(t.cumprod(x)));
    assert.deepEqual(g([2, 0, 3]).toArray(), [1, 8, 0]);
  });
});
