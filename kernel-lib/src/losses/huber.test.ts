import assert from "node:assert/strict";
import fc from "fast-check";
import {
  grad,
  gradcheck,
  hessian,
  huber,
  huberDeltaGradient,
  huberGradient,
  huberLoss,
  jit,
  jvp,
  sum,
  type Tensor,
  tensor,
  vmap,
} from "../index.js";

const values = fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: 1, maxLength: 8 });
const deltas = fc.double({ min: 0.05, max: 4, noNaN: true });

/** 定义式，逐个数算。 */
function reference(e: number, delta: number): number {
  return Math.abs(e) <= delta ? (e * e) / 2 : delta * (Math.abs(e) - delta / 2);
}

function near(a: unknown, b: unknown): void {
  const [x, y] = [a, b].map((v) => [v].flat(9) as number[]) as [number[], number[]];
  assert.equal(x.length, y.length);
  for (const [i, v] of x.entries())
    assert.ok(Math.abs(v - y[i]!) <= 1e-14 * Math.max(1, Math.abs(v)), `${x} ≠ ${y}`);
}

describe("huber", () => {
  it("值等于定义式，梯度是截断，二阶导数是示性函数", () => {
    fc.assert(
      fc.property(values, deltas, (e, delta) => {
        near(
          huber(e, delta).toArray(),
          e.map((v) => reference(v, delta)),
        );
        const total = (x: Tensor): Tensor => sum(huber(x, delta));
        const clipped = e.map((v) => Math.max(-delta, Math.min(delta, v)));
        near(grad(total)(e).toArray(), clipped);
        near(huberGradient(e, delta).toArray(), clipped);
        const H = hessian(total)(e).toArray() as number[][];
        near(
          H.map((row, i) => row[i]),
          e.map((v) => (Math.abs(v) <= delta ? 1 : 0)),
        );
      }),
    );
  });

  it("对 δ 的导数：|e| ≤ δ 时 0，否则 |e| − δ；二阶 −1", () => {
    fc.assert(
      fc.property(values, deltas, (e, delta) => {
        const f = (d: Tensor): Tensor => sum(huber(e, d));
        const expected = e.reduce((s, v) => s + Math.max(0, Math.abs(v) - delta), 0);
        near(grad(f)(delta).item(), expected);
        near(sum(huberDeltaGradient(e, delta)).item(), expected);
        near(hessian(f)(delta).item(), -e.filter((v) => Math.abs(v) > delta).length);
      }),
    );
  });

  it("接缝 |e| = δ 处一阶导数连续，二阶取 1", () => {
    const total = (x: Tensor): Tensor => sum(huber(x, 1));
    assert.deepEqual(grad(total)([1, -1, 1 + 1e-12, -1 - 1e-12]).toArray(), [1, -1, 1, -1]);
    assert.deepEqual((hessian(total)([1]).toArray() as number[][])[0], [1]);
  });

  it("区间判据：一阶在接缝处也正确，二阶与两种模式一致", () => {
    assert.equal(gradcheck((e: Tensor) => huber(e, 1), [[-3, -1, -0.3, 0, 0.7, 1, 2]]).verdict, "right");
    assert.equal(
      gradcheck((e: Tensor, d: Tensor) => huber(e, d), [[-3, 0.2], 0.8], { order: 2 }).verdict,
      "right",
    );
  });

  it("极大与非有限的误差", () => {
    const g = grad((x: Tensor) => sum(huber(x, 2)))([1e300, -Infinity, Infinity]);
    assert.deepEqual(g.toArray(), [2, -2, 2]);
    assert.equal(huber(1e300, 2).item(), 2e300);
    assert.ok(Number.isNaN(huber(Number.NaN).item()));
    assert.ok(Number.isNaN(grad((x: Tensor) => huber(x))(Number.NaN).item()));
  });

  it("在 vmap 与 jit 里", () => {
    const e = [-3, 0.5, 1];
    assert.deepEqual(vmap((x: Tensor) => huber(x, 1))(e).toArray(), huber(e, 1).toArray());
    assert.deepEqual(jit(grad((x: Tensor) => sum(huber(x, 1))))(e).toArray(), [-1, 0.5, 1]);
    assert.deepEqual(vmap((d: Tensor) => huber(3, d))([1, 2]).toArray(), [2.5, 4]);
  });

  for (const delta of [0, -1, Number.NaN]) {
    it(`δ = ${delta} 报错`, () => {
      assert.throws(() => huber(1, delta), { id: "TIDU-LOSS-001" });
      assert.throws(() => huberLoss([1], [0], { delta }), { id: "TIDU-LOSS-001" });
      assert.throws(() => huberGradient(1, delta), { id: "TIDU-LOSS-001" });
      assert.throws(() => grad((d: Tensor) => huber(1, d))(delta), { id: "TIDU-LOSS-001" });
    });
  }
});

describe("huberLoss", () => {
  const y = [0.5, 3, -2];
  const t = [0, 0, 0];

  it("平均、求和、逐个", () => {
    near(huberLoss(y, t).item(), (0.125 + 2.5 + 1.5) / 3);
    near(huberLoss(y, t, { reduction: "sum" }).item(), 4.125);
    near(huberLoss(y, t, { reduction: "none" }).toArray(), [0.125, 2.5, 1.5]);
    near(grad((p: Tensor) => huberLoss(p, t))(y).toArray(), [0.5 / 3, 1 / 3, -1 / 3]);
    const [, dt] = grad((p: Tensor, q: Tensor) => huberLoss(p, q), { argnums: [0, 1] })(y, t);
    near(dt.toArray(), [-0.5 / 3, -1 / 3, 1 / 3]);
    near(jvp((p: Tensor) => huberLoss(p, t), [y], [[1, 1, 1]])[1].item(), 0.5 / 3);
  });

  it("形状不同不悄悄广播", () => {
    assert.throws(() => huberLoss([1, 2], [[1], [2]]), /TIDU-LOSS-002.*\[2\].*\[2, 1\]/);
    assert.throws(() => huberLoss([1], [1], { reduction: "avg" as never }), { id: "TIDU-LOSS-006" });
  });

  it("对 δ 的梯度是各样本的平均", () => {
    near(grad((d: Tensor) => huberLoss(y, t, { delta: d }))(1).item(), (2 + 1) / 3);
    assert.equal(huberLoss(tensor(y), t, { delta: tensor(1) }).dtype, "float64");
  });
});
