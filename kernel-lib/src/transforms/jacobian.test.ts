import assert from "node:assert/strict";
import {
  exp,
  grad,
  hessian,
  hvp,
  jacfwd,
  jacobian,
  jacrev,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
} from "../index.js";

describe("jacobian 与 hessian", () => {
  const A = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  it("线性映射的雅可比就是它的矩阵", () => {
    const f = (x: Tensor): Tensor => matmul(A, x);
    for (const jac of [jacobian, jacfwd, jacrev]) assert.deepEqual(jac(f)([1, 1, 1]).toArray(), A);
  });

  it("形状是 [...输出, ...输入]", () => {
    const f = (x: Tensor): Tensor => matmul(x, tensor([[1], [2]]));
    const x = [
      [1, 2],
      [3, 4],
      [5, 6],
    ];
    assert.deepEqual(jacfwd(f)(x).shape, [3, 1, 3, 2]);
    assert.deepEqual(jacfwd(f)(x).toArray(), jacrev(f)(x).toArray());
    assert.equal((jacobian(f)(x).toArray() as number[][][][])[2]![0]![2]![1], 2);
  });

  it("树套树：每个输出对每个输入", () => {
    const f = (p: { a: Tensor; b: Tensor }): { y: Tensor; z: Tensor[] } => ({
      y: mul(p.a, p.b),
      z: [sum(p.a)],
    });
    for (const jac of [jacobian, jacfwd, jacrev]) {
      const J = jac(f)({ a: [1, 2], b: 3 });
      assert.deepEqual(J.y.a.toArray(), [
        [3, 0],
        [0, 3],
      ]);
      assert.deepEqual(J.y.b.toArray(), [1, 2]);
      assert.deepEqual(J.z[0]!.a.toArray(), [1, 1]);
      assert.deepEqual(J.z[0]!.b.toArray(), 0);
    }
  });

  it("基向量多到要分批时结果不变", () => {
    const n = 3000;
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
    for (const jac of [jacfwd, jacrev]) {
      const J = jac((v: Tensor) => mul(v, v))(x)
        .concrete()
        .readSync();
      let off = 0;
      for (let i = 0; i < n * n; i++) if (i % (n + 1) !== 0) off += Math.abs(J[i]!);
      assert.equal(off, 0);
      for (let i = 0; i < n; i++) assert.equal(J[i * (n + 1)], 2 * x[i]!);
    }
  });

  it("argnums", () => {
    const f = (a: Tensor, b: Tensor): Tensor => mul(a, b);
    assert.deepEqual(jacobian(f, { argnums: 1 })(tensor([2, 3]), [1, 1]).toArray(), [
      [2, 0],
      [0, 3],
    ]);
  });

  it("黑塞矩阵对称，等于 hvp 一列一列拼出来的", () => {
    const f = (x: Tensor): Tensor =>
      sum(
        exp(
          mul(
            x,
            matmul(
              [
                [1, 2],
                [0, 1],
              ],
              x,
            ),
          ),
        ),
      );
    const H = hessian(f)([0.3, -0.2]).toArray() as number[][];
    assert.ok(Math.abs(H[0]![1]! - H[1]![0]!) < 1e-14);
    for (const [j, e] of [
      [1, 0],
      [0, 1],
    ].entries()) {
      const column = hvp(f)([0.3, -0.2], e).toArray() as number[];
      for (let i = 0; i < 2; i++) assert.ok(Math.abs(column[i]! - H[i]![j]!) < 1e-13);
    }
  });

  it("可以再求导：对 J 的平方和求梯度", () => {
    const f = (w: Tensor): Tensor => sum(mul(jacobian((x: Tensor) => mul(w, mul(x, x)))([1, 2]), 1));
    // J = diag(2wx)，和是 2w₁ + 4w₂
    assert.deepEqual(grad(f)([1, 1]).toArray(), [2, 4]);
  });
});
