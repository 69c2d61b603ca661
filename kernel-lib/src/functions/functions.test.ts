import assert from "node:assert/strict";
import fc from "fast-check";
import type { Tensor } from "../index.js";
import * as t from "../index.js";

function near(actual: unknown, expected: unknown, tolerance = 1e-13): void {
  const a = [actual].flat(9) as number[];
  const e = [expected].flat(9) as number[];
  assert.equal(a.length, e.length);
  for (const [i, v] of e.entries()) {
    const ok = Object.is(a[i], v) || Math.abs(a[i]! - v) <= tolerance * Math.max(1, Math.abs(v));
    assert.ok(ok, `第 ${i} 个：${a[i]} ≠ ${v}`);
  }
}

const list = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("softmax、logsumexp、logSoftmax", () => {
  it("与定义式一致；和为 1；平移不变", () => {
    fc.assert(
      fc.property(list, (xs) => {
        const e = xs.map(Math.exp);
        const s = e.reduce((a, b) => a + b);
        near(
          t.softmax(xs).toArray(),
          e.map((v) => v / s),
        );
        near(t.logsumexp(xs).item(), Math.log(s), 1e-12);
        near(t.sum(t.softmax(xs)).item(), 1);
        near(t.logSoftmax(xs).toArray(), t.logSoftmax(t.add(xs, 100)).toArray(), 1e-12);
      }),
    );
  });

  it("±10⁴ 的分数：值、一阶、二阶都有限且正确", () => {
    const x = [1e4, 1e4, -1e4];
    near(t.softmax(x).toArray(), [0.5, 0.5, 0]);
    near(t.logSoftmax(x).toArray(), [-Math.LN2, -Math.LN2, -2e4 - Math.LN2]);
    near(
      t
        .grad((v: Tensor) => t.logsumexp(v))(x)
        .toArray(),
      [0.5, 0.5, 0],
    );
    near(
      t
        .hessian((v: Tensor) => t.logsumexp(v))(t.tensor(x))
        .toArray(),
      [
        [0.25, -0.25, 0],
        [-0.25, 0.25, 0],
        [0, 0, 0],
      ],
    );
  });

  it("全是 −∞ 时 logsumexp 是 −∞ 而不是 NaN；掩码掉的分数概率为 0", () => {
    assert.equal(t.logsumexp([-Infinity, -Infinity]).item(), -Infinity);
    near(t.softmax([0, -Infinity, 0]).toArray(), [0.5, 0, 0.5]);
  });

  it("softmax 的雅可比是 diag(a) − aaᵀ", () => {
    const x = [0.3, -1, 2];
    const a = t.softmax(x);
    near(
      t
        .jacobian((v: Tensor) => t.softmax(v))(t.tensor(x))
        .toArray(),
      t.sub(t.diag(a), t.outer(a, a)).toArray(),
    );
  });

  it("沿任意一组轴", () => {
    const x = t.sin(t.reshape(t.arange(24), [2, 3, 4]));
    near(t.sum(t.softmax(x, [0, 2]), [0, 2]).toArray(), [1, 1, 1]);
    assert.deepEqual(t.logsumexp(x, 1).shape, [2, 4]);
    assert.deepEqual(t.logsumexp(x, 1, { keepDims: true }).shape, [2, 1, 4]);
  });
});

describe("均值、方差、范数", () => {
  it("与定义式一致", () => {
    fc.assert(
      fc.property(list, (xs) => {
        const m = xs.reduce((a, b) => a + b) / xs.length;
        const v = xs.reduce((s, x) => s + (x - m) ** 2, 0) / xs.length;
        near(t.mean(xs).item(), m, 1e-12);
        near(t.variance(xs).item(), v, 1e-11);
        near(t.std(xs).item(), Math.sqrt(v), 1e-7);
        near(t.norm(xs).item(), Math.hypot(...xs), 1e-12);
        near(
          t.norm(xs, 0, { ord: 1 }).item(),
          xs.reduce((s, x) => s + Math.abs(x), 0),
          1e-12,
        );
        near(t.norm(xs, 0, { ord: Infinity }).item(), Math.max(...xs.map(Math.abs)));
      }),
    );
  });

  it("样本方差除以 n − 1", () => near(t.variance([1, 2, 3, 4], 0, { ddof: 1 }).item(), 5 / 3));

  it("方差的梯度是 2(x − 均值)/n", () => {
    near(
      t
        .grad((x: Tensor) => t.variance(x))([1, 2, 6])
        .toArray(),
      [-4 / 3, -2 / 3, 2],
    );
  });

  it("float32 的求和用双精度累加：一千万个 0.1", () => {
    const x = t.full([1000, 1000], 0.1, "float32");
    near(t.sum(x).item(), Math.fround(0.1) * 1e6, 1e-7);
    near(t.sum(x, 0).toArray(), new Array(1000).fill(Math.fround(0.1) * 1000), 1e-7);
  });
});

describe("einsum", () => {
  const a = t.sin(t.reshape(t.arange(6), [2, 3]));
  const b = t.cos(t.reshape(t.arange(12), [3, 4]));
  const c = t.sin(t.reshape(t.arange(8), [4, 2]));

  it("矩阵乘、转置、迹、外积、逐元素、全部求和", () => {
    near(t.einsum("ij,jk->ik", a, b).toArray(), t.matmul(a, b).toArray());
    near(t.einsum("ij->ji", a).toArray(), t.transpose(a).toArray());
    near(
      t
        .einsum("ii", [
          [1, 2],
          [3, 4],
        ])
        .item(),
      5,
    );
    near(
      t
        .einsum("ii->i", [
          [1, 2],
          [3, 4],
        ])
        .toArray(),
      [1, 4],
    );
    near(t.einsum("i,j->ij", [1, 2], [3, 4]).toArray(), [
      [3, 4],
      [6, 8],
    ]);
    near(t.einsum("ij,ij->ij", a, a).toArray(), t.square(a).toArray());
    near(t.einsum("ij->", a).item(), t.sum(a).item());
    near(t.einsum("ij,jk", a, b).toArray(), t.matmul(a, b).toArray());
  });

  it("三个操作数、省略号、批", () => {
    near(t.einsum("ij,jk,kl->il", a, b, c).toArray(), t.matmul(t.matmul(a, b), c).toArray());
    near(t.einsum("ij,jk,ki->", a, b, c).item(), t.matrixTrace(t.matmul(t.matmul(a, b), c)).item());
    const q = t.sin(t.reshape(t.arange(24), [2, 3, 4]));
    near(t.einsum("...id,...jd->...ij", q, q).toArray(), t.matmul(q, t.swapaxes(q, 1, 2)).toArray());
    near(t.einsum("...ij,...j->...i", q, t.ones([1, 4])).toArray(), t.sum(q, 2).toArray());
    near(
      t.einsum("bij,bjk->bik", q, t.swapaxes(q, 1, 2)).toArray(),
      t.matmul(q, t.swapaxes(q, 1, 2)).toArray(),
    );
  });

  it("梯度：∂(xᵀAx)/∂x = (A + Aᵀ)x", () => {
    const m = [
      [1, 2],
      [5, 4],
    ];
    near(
      t
        .grad((x: Tensor) => t.einsum("i,ij,j->", x, m, x))([1, -2])
        .toArray(),
      [2 - 14, 7 - 16],
    );
  });
});

describe("排布与取用", () => {
  it("stack、chunk、tile、squeeze、swapaxes、moveaxis", () => {
    assert.deepEqual(t.stack([1, 2, 3]).toArray(), [1, 2, 3]);
    assert.deepEqual(
      t
        .stack(
          [
            [1, 2],
            [3, 4],
          ],
          -1,
        )
        .toArray(),
      [
        [1, 3],
        [2, 4],
      ],
    );
    assert.deepEqual(t.tile([[1, 2]], [2, 2]).toArray(), [
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ]);
    assert.deepEqual(t.squeeze(t.zeros([1, 2, 1]), 0).shape, [2, 1]);
    assert.deepEqual(t.moveaxis(t.zeros([2, 3, 4]), -1, 0).shape, [4, 2, 3]);
    assert.deepEqual(t.flatten(t.zeros([2, 3])).shape, [6]);
  });

  it("takeAlongAxis 等于逐行取；梯度散回原处", () => {
    const x = t.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(
      t
        .takeAlongAxis(
          x,
          [
            [2, 0],
            [1, 1],
          ],
          1,
        )
        .toArray(),
      [
        [3, 1],
        [5, 5],
      ],
    );
    assert.deepEqual(t.takeAlongAxis(x, [[1, 0, 1]], 0).toArray(), [[4, 2, 6]]);
    const g = t.grad((v: Tensor) =>
      t.sum(
        t.takeAlongAxis(
          v,
          [
            [2, 0],
            [1, 1],
          ],
          1,
        ),
      ),
    )(x);
    assert.deepEqual(g.toArray(), [
      [1, 0, 1],
      [0, 2, 0],
    ]);
  });

  it("直接写的负下标从末尾数", () => {
    assert.equal(t.take([1, 2, 3], -1).item(), 3);
    assert.deepEqual(
      t
        .gather(
          [
            [1, 2],
            [3, 4],
          ],
          [-1, 0],
          1,
        )
        .toArray(),
      [
        [2, 1],
        [4, 3],
      ],
    );
  });

  it("oneHot、tril、triu、diag、eye、linspace", () => {
    assert.deepEqual(t.oneHot([2, 0], 3).toArray(), [
      [0, 0, 1],
      [1, 0, 0],
    ]);
    assert.deepEqual(t.tril(t.ones([2, 3]), 1).toArray(), [
      [1, 1, 0],
      [1, 1, 1],
    ]);
    assert.deepEqual(t.triu(t.ones([3, 2])).toArray(), [
      [1, 1],
      [0, 1],
      [0, 0],
    ]);
    assert.deepEqual(t.diag(t.reshape(t.arange(8), [2, 2, 2])).toArray(), [
      [0, 3],
      [4, 7],
    ]);
    assert.deepEqual(t.eye(2, 3).toArray(), [
      [1, 0, 0],
      [0, 1, 0],
    ]);
    assert.deepEqual(t.linspace(1, 1, 1).toArray(), [1]);
    assert.deepEqual(t.linspace(-1, 1, 3).toArray(), [-1, 0, 1]);
    assert.deepEqual(t.arange(3, 0, -1).toArray(), [3, 2, 1]);
  });

  it("zerosLike 等保持形状与类型", () => {
    const x = t.tensor([[1, 2]], "float32");
    assert.equal(t.onesLike(x).dtype, "float32");
    assert.deepEqual(t.fullLike(x, 3).toArray(), [[3, 3]]);
  });
});
