import assert from "node:assert/strict";
import {
  attention,
  grad,
  gradcheck,
  jacobianFrobenius,
  key,
  matmul,
  mul,
  normal,
  sum,
  type Tensor,
  tanh,
  tensor,
  vmap,
} from "../index.js";

const q = [
  [0.3, -0.2],
  [1, 0.5],
];
const k = [
  [0.1, 0.9],
  [-0.4, 0.2],
  [0.7, 0.7],
];
const v = [[1], [2], [-1]];

describe("attention", () => {
  /** 逐个数写出来的定义。 */
  function reference(tau: number): number[] {
    return q.map((row) => {
      const s = k.map((key) => Math.exp(row.reduce((t, x, i) => t + x * key[i]!, 0) / tau));
      const total = s.reduce((a, b) => a + b);
      return s.reduce((t, e, j) => t + (e / total) * v[j]![0]!, 0);
    });
  }

  it("等于定义，缺省温度 √D", () => {
    for (const [tau, out] of [
      [0.5, attention(q, k, v, { temperature: 0.5 })],
      [Math.SQRT2, attention(q, k, v)],
    ] as const) {
      const flat = (out.toArray() as number[][]).flat();
      for (const [i, x] of reference(tau).entries()) assert.ok(Math.abs(x - flat[i]!) < 1e-14);
    }
  });

  it("∂L/∂τ = −Cov_a(s, g)/τ²", () => {
    const tau = 0.7;
    const g = grad((t: Tensor) => sum(attention(q, k, v, { temperature: t })))(tau).item();
    let expected = 0;
    for (const row of q) {
      const s = k.map((key) => row.reduce((t, x, i) => t + x * key[i]!, 0));
      const e = s.map((x) => Math.exp(x / tau));
      const total = e.reduce((a, b) => a + b);
      const a = e.map((x) => x / total);
      const mean = (f: (j: number) => number): number => a.reduce((t, p, j) => t + p * f(j), 0);
      const cov = mean((j) => s[j]! * v[j]![0]!) - mean((j) => s[j]!) * mean((j) => v[j]![0]!);
      expected -= cov / tau ** 2;
    }
    assert.ok(Math.abs(g - expected) < 1e-14, `${g} ≠ ${expected}`);
  });

  it("区间判据，两阶", () => {
    const f = (a: Tensor, b: Tensor, c: Tensor, t: Tensor): Tensor => attention(a, b, c, { temperature: t });
    const report = gradcheck(f, [q, k, v, 0.8], { order: 2 });
    assert.equal(report.verdict, "right", report.toString());
  });

  it("掩码：看不见的位置没有梯度；整行看不见输出 0", () => {
    const mask = [
      [true, false, false],
      [false, false, false],
    ];
    assert.deepEqual(attention(q, k, v, { mask }).toArray(), [[1], [0]]);
    const g = grad((c: Tensor) => sum(attention(q, k, c, { mask })))(v);
    assert.deepEqual(g.toArray(), [[1], [0], [0]]);
    const gq = (grad((a: Tensor) => sum(attention(a, k, v, { mask })))(q).toArray() as number[][]).flat();
    assert.ok(
      gq.every((x) => x === 0),
      String(gq),
    );
  });

  it("大分数不溢出；批与 vmap 一致", () => {
    assert.deepEqual(
      attention(
        [[1e4, 0]],
        [
          [1, 0],
          [0, 0],
        ],
        [[5], [7]],
      ).toArray(),
      [[5]],
    );
    const batched = attention([q, q], [k, k], [v, v]);
    assert.deepEqual(vmap((a: Tensor) => attention(a, k, v))([q, q]).toArray(), batched.toArray());
  });

  it("用错时报错", () => {
    assert.throws(() => attention(q, [[1]], v), { id: "TIDU-LOSS-007" });
    assert.throws(() => attention([1], [1], [1]), { id: "TIDU-LOSS-007" });
    assert.throws(() => attention(q, k, v, { temperature: 0 }), { id: "TIDU-LOSS-008" });
  });
});

describe("jacobianFrobenius", () => {
  const W = [
    [1, 2],
    [3, 4],
    [5, 6],
  ];

  it("线性层：‖W‖²_F，对 W 的梯度是 2W", () => {
    const f = (w: Tensor) => jacobianFrobenius((x: Tensor) => matmul(w, x), [7, 8]);
    assert.equal(f(tensor(W)).item(), 91);
    assert.deepEqual(
      grad(f)(W).toArray(),
      W.map((r) => r.map((x) => 2 * x)),
    );
  });

  it("tanh 层：Σ(1−tanh²)²‖wᵢ‖²，对参数的梯度（双重反传）过区间判据", () => {
    const x = [0.1, -0.2];
    const value = jacobianFrobenius((u: Tensor) => tanh(matmul(W, u)), x).item();
    const expected = W.reduce((t, r) => {
      const d = 1 - Math.tanh(r[0]! * x[0]! + r[1]! * x[1]!) ** 2;
      return t + d * d * (r[0]! ** 2 + r[1]! ** 2);
    }, 0);
    assert.ok(Math.abs(value - expected) < 1e-12);
    const report = gradcheck((w: Tensor) => jacobianFrobenius((u: Tensor) => tanh(matmul(w, u)), x), [W]);
    assert.equal(report.verdict, "right", report.toString());
  });

  it("Hutchinson 估计无偏：许多投影的平均接近真值；正交基给出真值", () => {
    const f = (x: Tensor): Tensor => matmul(W, mul(x, x));
    const exact = jacobianFrobenius(f, [1, 2]).item();
    const r = Math.sqrt(3);
    const basis = [
      [r, 0, 0],
      [0, r, 0],
      [0, 0, r],
    ];
    assert.ok(Math.abs(jacobianFrobenius(f, [1, 2], { projections: basis }).item() - exact) < 1e-10 * exact);
    const many = jacobianFrobenius(f, [1, 2], { projections: normal(key(3), [4000, 3]) }).item();
    assert.ok(Math.abs(many / exact - 1) < 0.1, `${many} 与 ${exact}`);
    assert.throws(() => jacobianFrobenius(f, [1, 2], { projections: [1, 2, 3] }), { id: "TIDU-LOSS-009" });
  });
});
