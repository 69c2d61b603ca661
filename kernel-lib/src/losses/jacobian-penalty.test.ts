import assert from "node:assert/strict";
import {
  add,
  grad,
  hvp,
  jacobianFrobenius,
  jacobianPenalty,
  jit,
  key,
  matmul,
  mean,
  mul,
  normal,
  softmax,
  split,
  type Tensor,
  tanh,
  vmap,
} from "../index.js";

const flat = (t: Tensor): number[] => [t.toArray()].flat(9) as number[];

function near(actual: Tensor, expected: Tensor, what: string, tolerance = 1e-11): void {
  assert.deepEqual(actual.shape, expected.shape, what);
  const [a, e] = [flat(actual), flat(expected)];
  const largest = Math.max(1e-300, ...e.map(Math.abs));
  for (const [i, v] of e.entries())
    assert.ok(Math.abs(a[i]! - v) <= tolerance * largest, `${what}[${i}]：${a[i]}，应为 ${v}`);
}

const draw = (...shapes: number[][]): Tensor[] =>
  split(key(21), shapes.length).map((k, i) => normal(k, shapes[i]!));

type Loss = (...xs: Tensor[]) => Tensor;

/** 真值：逐样本用 jacobianFrobenius（一个输出分量一次反向）再平均，求导就是二次反向。 */
const each =
  (f: (x: Tensor, ...params: Tensor[]) => Tensor): Loss =>
  (x, ...params) =>
    mean(vmap((one: Tensor) => jacobianFrobenius((t: Tensor) => f(t, ...params), one))(x!));

const cases: { name: string; inputs: Tensor[]; closed: Loss; truth: Loss }[] = [
  {
    name: "一个隐层的 tanh 网络",
    inputs: draw([5, 3], [3, 4], [4], [4, 2]),
    closed: (x, w, b, v) => jacobianPenalty.tanh({ hidden: { w: w!, b: b! }, output: { w: v! } }, x!),
    truth: each((x, w, b, v) => matmul(tanh(add(matmul(x, w!), b!)), v!)),
  },
  {
    name: "softmax 输出",
    inputs: draw([5, 3], [3, 4], [4]),
    closed: (x, w, b) => jacobianPenalty.softmax({ w: w!, b: b! }, x!),
    truth: each((x, w, b) => softmax(add(matmul(x, w!), b!))),
  },
];

describe("雅可比惩罚的闭式", () => {
  for (const { name, inputs, closed, truth } of cases) {
    const argnums = inputs.map((_, i) => i);
    it(`${name}：值、对各参数与 x 的梯度、二阶等于二次反向`, () => {
      near(closed(...inputs), truth(...inputs), "值");
      const expected = grad(truth, { argnums })(...inputs) as Tensor[];
      for (const f of [grad(closed, { argnums }), jit(grad(closed, { argnums }))]) {
        for (const [i, g] of (f(...inputs) as Tensor[]).entries()) near(g, expected[i]!, `梯度 ${i}`);
      }
      const [x, w, ...rest] = inputs as [Tensor, Tensor, ...Tensor[]];
      const along = normal(key(3), w.shape);
      const curve = (f: Loss): Tensor => hvp((t: Tensor) => f(x, t, ...rest))(w, along);
      near(curve(closed), curve(truth), "黑塞乘向量", 1e-10);
    });
  }

  it("线性模型与 x 无关；一个样本可以不写批轴，没有偏置就是 0", () => {
    const [w, x] = draw([3, 2], [3]) as [Tensor, Tensor];
    near(
      jacobianPenalty.linear({ w }),
      jacobianFrobenius((t: Tensor) => matmul(t, w), x),
      "线性",
    );
    near(
      jacobianPenalty.softmax({ w }, x),
      jacobianFrobenius((t: Tensor) => softmax(matmul(t, w)), x),
      "softmax",
    );
  });

  it("各投影正交且长为 √出 时，Hutchinson 就是精确值；随机的投影与 jacobianFrobenius 的估计相同", () => {
    const [x, w, b, v] = cases[0]!.inputs as [Tensor, Tensor, Tensor, Tensor];
    const params = { hidden: { w, b }, output: { w: v } };
    const signs = [
      [1, 1],
      [1, -1],
    ];
    near(jacobianPenalty.tanh(params, x, { projections: signs }), jacobianPenalty.tanh(params, x), "tanh");
    const head = { w: matmul(w, v) };
    near(
      jacobianPenalty.softmax(head, x, { projections: signs }),
      jacobianPenalty.softmax(head, x),
      "softmax",
    );
    const u = normal(key(8), [3, 2]);
    const estimate = mean(
      vmap((one: Tensor) =>
        jacobianFrobenius((t: Tensor) => softmax(matmul(t, head.w)), one, { projections: u }),
      )(x),
    );
    near(jacobianPenalty.softmax(head, x, { projections: u }), estimate, "随机投影");
  });

  it("softmax 几乎独热时不因相消失去精度", () => {
    // 两类：p = σ(z)，J = p(1 − p)·(w₁ − w₂) 与它的相反数。
    const [z, offset] = [20, 1000];
    const w = [[offset + z, offset]];
    const p = 1 / (1 + Math.exp(-z));
    const q = Math.exp(-z) * p;
    const expected = 2 * (p * q * z) ** 2;
    const actual = jacobianPenalty.softmax({ w }, [[1]]).item();
    assert.ok(Math.abs(actual - expected) <= 1e-6 * expected, `${actual}，应为 ${expected}`);
  });

  it("形状对不上报 TIDU-LOSS-010，说明哪一个", () => {
    const w = [[1, 2]];
    assert.throws(() => jacobianPenalty.softmax({ w: [1] }, [[1]]), /TIDU-LOSS-010.*softmax：w/);
    assert.throws(() => jacobianPenalty.softmax({ w }, [[1, 2]]), /TIDU-LOSS-010.*x 的形状应是 \[N, 1\]/);
    assert.throws(() => jacobianPenalty.softmax({ w, b: [1] }, [[1]]), /TIDU-LOSS-010.*b 的形状应是 \[2\]/);
    assert.throws(
      () => jacobianPenalty.softmax({ w }, [[1]], { projections: [[1]] }),
      /TIDU-LOSS-010.*projections/,
    );
    assert.throws(
      () => jacobianPenalty.tanh({ hidden: { w }, output: { w: [[1]] } }, [[1]]),
      /TIDU-LOSS-010.*output\.w/,
    );
    assert.ok(Number.isFinite(mul(jacobianPenalty.linear({ w }), 2).item()));
  });
});
