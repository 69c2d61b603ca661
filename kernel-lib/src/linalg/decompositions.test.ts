import assert from "node:assert/strict";
import fc from "fast-check";
import {
  add,
  det,
  eigh,
  eye,
  grad,
  hessian,
  lstsq,
  matmul,
  mul,
  pinv,
  qr,
  solve,
  square,
  sub,
  sum,
  svd,
  type Tensor,
  tensor,
  transpose,
} from "../index.js";

// 分解的定义就是它的检验：乘回去得到原矩阵，因子正交，奇异值有序。导数由原语表的用例与 JAX 的标准答案核对。

const matrices = (least: number, most: number): fc.Arbitrary<[number, number, number[][]]> =>
  fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most })).chain(([m, n]) =>
    fc.tuple(
      fc.constant(m),
      fc.constant(n),
      fc.array(
        // 小整数：常有相等的行、全零的列，正是容易出错的地方。
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: n, maxLength: n }),
        { minLength: m, maxLength: m },
      ),
    ),
  );

function near(a: Tensor, b: Tensor, tolerance = 1e-12): void {
  assert.deepEqual(a.shape, b.shape);
  const [x, y] = [a, b].map((t) => t.concrete().readSync());
  for (let i = 0; i < x!.length; i++)
    assert.ok(Math.abs(x![i]! - y![i]!) <= tolerance, `${x![i]} ≠ ${y![i]}`);
}

describe("矩阵分解", () => {
  it("svd：乘回去得原矩阵，U 与 V 的列标准正交（不满秩时也是），奇异值从大到小", () => {
    fc.assert(
      fc.property(matrices(1, 6), ([m, n, a]) => {
        const [u, s, vt] = svd(a);
        const k = Math.min(m, n);
        near(matmul(mul(u, s), vt), tensor(a));
        near(matmul(transpose(u), u), eye(k));
        near(matmul(vt, transpose(vt)), eye(k));
        const values = s.toArray<number[]>();
        assert.ok(values.every((x, i) => x >= 0 && (i === 0 || x <= values[i - 1]!)));
      }),
      { numRuns: 150 },
    );
  });

  it("eigh：乘回去得原矩阵，V 正交，特征值从小到大", () => {
    fc.assert(
      fc.property(matrices(1, 6), ([, n, a]) => {
        const symmetric = matmul(transpose(tensor(a)), tensor(a)).sub(n);
        const [w, v] = eigh(symmetric);
        near(matmul(mul(v, w), transpose(v)), symmetric, 1e-11);
        near(matmul(transpose(v), v), eye(n));
        const values = w.toArray<number[]>();
        assert.deepEqual(
          [...values].sort((x, y) => x - y),
          values,
        );
      }),
      { numRuns: 150 },
    );
  });

  it("qr：乘回去得原矩阵，Q 的列标准正交，R 是对角元非负的上三角", () => {
    fc.assert(
      fc.property(matrices(1, 6), ([m, n, a]) => {
        if (m < n) return;
        const [q, r] = qr(a);
        near(matmul(q, r), tensor(a));
        near(matmul(transpose(q), q), eye(n));
        for (const [i, row] of r.toArray<number[][]>().entries()) {
          assert.ok(row[i]! >= 0 && row.slice(0, i).every((x) => x === 0));
        }
      }),
      { numRuns: 150 },
    );
  });

  it("pinv 满足 Moore–Penrose 的四个条件，不满秩时也是", () => {
    fc.assert(
      fc.property(matrices(1, 5), ([, , rows]) => {
        const a = tensor(rows);
        const p = pinv(a);
        const [ap, pa] = [matmul(a, p), matmul(p, a)];
        near(matmul(ap, a), a, 1e-11);
        near(matmul(pa, p), p, 1e-11);
        near(ap, transpose(ap), 1e-11);
        near(pa, transpose(pa), 1e-11);
      }),
      { numRuns: 150 },
    );
  });

  it("很大与很小的矩阵不溢出，几十阶的也精确", () => {
    for (const scale of [1e-200, 1e200]) {
      const s = svd([
        [3 * scale, 0],
        [4 * scale, 0],
      ])[1].toArray<number[]>();
      assert.ok(Math.abs(s[0]! / (5 * scale) - 1) < 1e-15 && s[1] === 0);
    }
    const n = 40;
    const a = tensor(
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.sin(i * j + i))),
    );
    const [u, s, vt] = svd(a);
    near(matmul(mul(u, s), vt), a, 1e-12);
    near(matmul(transpose(u), u), eye(n), 1e-12);
  });

  it("成批的分解等于逐个分解", () => {
    const a = tensor([
      [
        [2, 1],
        [1, 3],
      ],
      [
        [1, -4],
        [-4, 5],
      ],
    ]);
    const one = (i: number): Tensor => a.at(i);
    for (const f of [(x: Tensor) => eigh(x)[1], (x: Tensor) => svd(x)[0], (x: Tensor) => qr(x)[0], pinv]) {
      near(f(a).at(1), f(one(1)));
    }
  });

  it("特征值相等时 Σw 与 Σs 的梯度仍然正确，没有 NaN", () => {
    assert.deepEqual(grad((a: Tensor) => sum(eigh(a)[0]))(eye(3)).toArray(), eye(3).toArray());
    near(grad((a: Tensor) => sum(square(svd(a)[1])))(eye(2)), mul(2, eye(2)));
    near(
      grad((a: Tensor) => sum(square(svd(a)[1])))([
        [0, 0],
        [0, 0],
      ]),
      tensor([
        [0, 0],
        [0, 0],
      ]),
    );
  });

  it("lstsq 的残差与列空间正交；矮矩阵得范数最小的解；不满秩时说明用 pinv", () => {
    const a = tensor([
      [1, 2],
      [3, -1],
      [0.5, 4],
    ]);
    const b = tensor([1, 2, 3]);
    const x = lstsq(a, b);
    near(matmul(transpose(a), sub(matmul(a, x), b)), tensor([0, 0]));
    near(x, solve(matmul(transpose(a), a), matmul(transpose(a), b)));
    near(lstsq(transpose(a), [1, 2]), matmul(pinv(transpose(a)), [1, 2]));
    assert.throws(
      () =>
        lstsq(
          [
            [1, 2],
            [2, 4],
            [3, 6],
          ],
          b,
        ),
      /TIDU-LINALG-003/,
    );
    assert.throws(() => lstsq(a, [1, 2]), /TIDU-LINALG-002.*3 行/);
    assert.throws(() => qr([[1, 2]]), /TIDU-LINALG-006/);
    assert.throws(() => svd([1, 2]), /TIDU-LINALG-005/);
  });

  it("det 的一、二阶导数在奇异处等于多项式展开的闭式", () => {
    // det 是元素的多项式：2 阶时 ad − bc，黑塞矩阵是常数。
    const zero = tensor([
      [0, 0],
      [0, 0],
    ]);
    assert.deepEqual(grad((a: Tensor) => det(a))(zero).toArray(), zero.toArray());
    const h = hessian((a: Tensor) => det(a))(zero).toArray<number[][][][]>();
    assert.equal(h[0]![0]![1]![1], 1);
    assert.equal(h[0]![1]![1]![0], -1);
    assert.equal(h[0]![0]![0]![0], 0);
    // 秩 1 的 3 阶矩阵梯度是 0，黑塞矩阵不是。
    const one = tensor([
      [1, 2, 3],
      [2, 4, 6],
      [1, 2, 3],
    ]);
    near(grad((a: Tensor) => det(a))(one), mul(0, one), 1e-13);
    // ∂²det/∂a₀₀∂a₁₁ = a₂₂。
    const second = hessian((a: Tensor) => det(a))(one).toArray<number[][][][]>();
    assert.ok(Math.abs(second[0]![0]![1]![1]! - 3) < 1e-13);
  });

  it("7 阶以上在可逆处的二阶导数与子式的写法相同", () => {
    const n = 7;
    const a = add(
      mul(2, eye(n)),
      tensor(
        Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Math.cos(3 * i + j * j))),
      ),
    );
    const f = (x: Tensor): Tensor => det(x);
    // 沿第 0 行展开：det 对第 0 行是线性的，所以那一行内部的二阶导数全是 0。
    const g = grad((row: Tensor) => grad(f)(add(a, mul(row, firstRow(n)))).at(0, 3))(tensor(0));
    assert.ok(Math.abs(g.item()) < 1e-10);
  });
});

function firstRow(n: number): Tensor {
  return tensor(Array.from({ length: n }, (_, i) => new Array<number>(n).fill(i === 0 ? 1 : 0)));
}
