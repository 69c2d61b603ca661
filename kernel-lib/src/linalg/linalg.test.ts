import assert from "node:assert/strict";
import type { Tensor } from "../index.js";
import * as t from "../index.js";

const id = (expected: string) => (e: any) => e.id === expected;

function near(actual: Tensor, expected: Tensor | number | number[] | number[][], tolerance = 1e-12): void {
  const a = [actual.toArray()].flat(9) as number[];
  const e = [t.tensor(expected as any).toArray()].flat(9) as number[];
  assert.deepEqual(a.length, e.length);
  for (const [i, v] of e.entries())
    assert.ok(Math.abs(a[i]! - v) <= tolerance * Math.max(1, Math.abs(v)), `${a[i]} ≠ ${v}`);
}

const square = (n: number, seed: number): Tensor => t.normal(t.key(seed), [n, n]);
const spd = (n: number, seed: number): Tensor => {
  const m = square(n, seed);
  return t.add(t.matmul(m, m.transpose()), t.eye(n));
};

describe("线性代数", () => {
  it("solve：A·x = b，各种大小，需要换行时也对", () => {
    for (const n of [1, 2, 5, 20]) {
      const a = square(n, n);
      const b = t.normal(t.key(100 + n), [n, 3]);
      near(t.matmul(a, t.solve(a, b)), b, 1e-10);
    }
    near(
      t.solve(
        [
          [0, 1],
          [1, 0],
        ],
        [3, 4],
      ),
      [4, 3],
    );
    assert.deepEqual(t.solve(t.zeros([0, 0]), t.zeros([0])).shape, [0]);
  });

  it("inv：A·A⁻¹ = I；一摞矩阵", () => {
    const a = t.stack([square(4, 1), square(4, 2)]);
    near(t.matmul(a, t.inv(a)), t.stack([t.eye(4), t.eye(4)]), 1e-11);
  });

  it("det 等于 2×2 与 3×3 的展开式；logdet = ln|det|，大矩阵不溢出", () => {
    near(
      t.det([
        [1, 2],
        [3, 4],
      ]),
      -2,
    );
    near(
      t.det([
        [2, 0, 1],
        [1, 3, 2],
        [1, 1, 4],
      ]),
      18,
    );
    const a = square(6, 3);
    near(t.logdet(a), Math.log(Math.abs(t.det(a).item())));
    near(t.logdet(t.mul(10, t.eye(400))), 400 * Math.log(10));
    assert.equal(
      t
        .logdet([
          [1, 2],
          [2, 4],
        ])
        .item(),
      -Infinity,
    );
    assert.equal(
      t
        .det([
          [1, 2],
          [2, 4],
        ])
        .item(),
      0,
    );
  });

  it("logdet 的梯度是 A⁻ᵀ，det 的梯度是代数余子式", () => {
    const a = square(5, 4);
    near(t.grad((m: Tensor) => t.logdet(m))(a), t.inv(a).transpose(), 1e-10);
    near(
      t.grad((m: Tensor) => t.det(m))([
        [1, 2],
        [3, 4],
      ]),
      [
        [4, -3],
        [-2, 1],
      ],
    );
  });

  it("cholesky：L·Lᵀ = A，L 是下三角", () => {
    const a = spd(6, 5);
    const l = t.cholesky(a);
    near(t.matmul(l, l.transpose()), a, 1e-12);
    near(t.triu(l, 1), t.zeros([6, 6]));
  });

  it("cholesky 的梯度：Σ ln Lᵢᵢ = ½ ln det A，所以梯度是 ½A⁻¹", () => {
    const a = spd(4, 6);
    near(t.grad((m: Tensor) => t.sum(t.log(t.diag(t.cholesky(m)))))(a), t.mul(0.5, t.inv(a)), 1e-11);
  });

  it("triangularSolve 不看另一半的元素", () => {
    near(
      t.triangularSolve(
        [
          [2, 99],
          [1, 1],
        ],
        [4, 5],
      ),
      [2, 3],
    );
    near(
      t.triangularSolve(
        [
          [1, 1],
          [99, 2],
        ],
        [5, 4],
        { lower: false },
      ),
      [3, 2],
    );
    near(
      t.triangularSolve(
        [
          [2, 99],
          [1, 1],
        ],
        [5, 3],
        { transpose: true },
      ),
      [1, 3],
    );
  });

  it("jit 与 vmap 里也能用", () => {
    const a = t.stack([square(3, 7), square(3, 8)]);
    const b = t.normal(t.key(9), [2, 3]);
    near(t.vmap(t.solve)(a, b), t.stack([0, 1].map((i) => t.solve(t.gather(a, i), t.gather(b, i)))));
    near(t.jit((m: Tensor) => t.logdet(m))(square(3, 7)), t.logdet(square(3, 7)));
  });

  it("错误", () => {
    assert.throws(() => t.solve([[1, 2]], [1]), id("TIDU-LINALG-001"));
    assert.throws(
      () =>
        t.solve(
          [
            [1, 0],
            [0, 1],
          ],
          [1, 2, 3],
        ),
      id("TIDU-LINALG-002"),
    );
    assert.throws(
      () =>
        t.inv([
          [1, 2],
          [2, 4],
        ]),
      id("TIDU-LINALG-003"),
    );
    assert.throws(
      () =>
        t.triangularSolve(
          [
            [0, 0],
            [1, 1],
          ],
          [1, 1],
        ),
      id("TIDU-LINALG-003"),
    );
    assert.throws(
      () =>
        t.cholesky([
          [1, 2],
          [2, 1],
        ]),
      id("TIDU-LINALG-004"),
    );
  });
});

describe("排序", () => {
  it("sort、argsort：稳定，NaN 在最后，任意轴", () => {
    assert.deepEqual(t.sort([3, NaN, 1, 2]).toArray(), [1, 2, 3, NaN]);
    assert.deepEqual(t.argsort([1, 0, 1, 0]).toArray(), [1, 3, 0, 2]);
    assert.deepEqual(
      t
        .sort(
          [
            [3, 1],
            [2, 5],
          ],
          0,
        )
        .toArray(),
      [
        [2, 1],
        [3, 5],
      ],
    );
    assert.deepEqual(t.sort([]).toArray(), []);
  });

  it("梯度送回原处", () => {
    const g = t.grad((x: Tensor) => t.sum(t.mul(t.sort(x), [1, 10, 100])));
    assert.deepEqual(g([5, 3, 4]).toArray(), [100, 1, 10]);
  });

  it("topk", () => {
    const [values, indices] = t.topk(
      [
        [1, 9, 3],
        [7, 7, 8],
      ],
      2,
    );
    assert.deepEqual(values.toArray(), [
      [9, 3],
      [8, 7],
    ]);
    assert.deepEqual(indices.toArray(), [
      [1, 2],
      [2, 0],
    ]);
    assert.throws(() => t.topk([1], 2), id("TIDU-ARG-010"));
  });
});
