import assert from "node:assert/strict";
import * as lib from "../index.js";
import {
  abs,
  add,
  assertGradcheck,
  clip,
  customVjp,
  elu,
  erf,
  exp,
  gradcheck,
  huber,
  log,
  logsumexp,
  matmul,
  max,
  maximum,
  mul,
  relu,
  sigmoid,
  silu,
  sin,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
} from "../index.js";

type Case = readonly [name: string, f: (...args: any[]) => unknown, args: readonly unknown[]];

const smooth: readonly Case[] = [
  ["exp", (x: Tensor) => exp(x), [[0.3, -1, 2]]],
  ["log", (x: Tensor) => log(x), [[0.3, 1, 2e3]]],
  ["sqrt", (x: Tensor) => sqrt(x), [[0.3, 1, 2e3]]],
  ["tanh(sin x)", (x: Tensor) => tanh(sin(x)), [[0.3, -1, 2]]],
  ["sigmoid", (x: Tensor) => sigmoid(x), [[0, -30, 3]]],
  ["silu", (x: Tensor) => silu(x), [[0, -3, 3]]],
  ["erf", (x: Tensor) => erf(x), [[0, -1, 2]]],
  ["softplus", (x: Tensor) => softplus(x), [[0, -10, 10]]],
  ["softmax", (x: Tensor) => softmax(x), [[1, 2, 3]]],
  ["logsumexp", (x: Tensor) => logsumexp(x), [[1, 2, 300]]],
  ["matmul", (a: Tensor, b: Tensor) => matmul(a, b), [[[1, 2]], [[3], [4]]]],
  [
    "MLP",
    (p: { w: Tensor; b: Tensor }, x: Tensor) => square(tanh(add(matmul(x, p.w), p.b))),
    [{ w: [[0.1, -0.2]], b: [0.3, 0] }, [[0.5], [-1]]],
  ],
  ["树形输出", (x: Tensor) => ({ a: exp(x), b: [sum(square(x))] }), [[0.5, 2]]],
];

const kinked: readonly Case[] = [
  ["relu", (x: Tensor) => relu(x), [[0, 1, -1]]],
  ["abs", (x: Tensor) => abs(x), [[0, 1, -1]]],
  ["elu", (x: Tensor) => elu(x, 2), [[0, 1, -1]]],
  ["clip", (x: Tensor) => clip(x, -1, 1), [[-1, 1, 0, 3]]],
  ["max 并列", (x: Tensor) => max(x), [[2, 2, 2, 0]]],
  [
    "maximum 相等",
    (a: Tensor, b: Tensor) => maximum(a, b),
    [
      [1, 2],
      [1, 3],
    ],
  ],
  ["huber 在 ±δ", (e: Tensor) => huber(e, 1), [[1, -1, 0, 2]]],
  ["|x| − 1.5relu(x)", (x: Tensor) => sub(abs(x), mul(1.5, relu(x))), [[0, 1]]],
];

describe("gradcheck", () => {
  for (const [name, f, args] of smooth) {
    it(`光滑：${name}，两阶两模式`, () => {
      const report = gradcheck(f, args, { order: 2 });
      assert.equal(report.verdict, "right", report.toString());
      assert.equal(report.kinks, 0);
      assert.ok(report.coordinates.some((c) => c.order === 2 && c.mode === "forward"));
    });
  }

  for (const [name, f, args] of kinked) {
    it(`拐点不误拒：${name}`, () => {
      const report = gradcheck(f, args);
      assert.equal(report.verdict, "right", report.toString());
    });
  }

  it("认得出错：符号、倍数、漏项，各一千处", () => {
    let caught = 0;
    for (let k = 0; k < 1000; k++) {
      const x = [Math.sin(k) * 2, Math.cos(3 * k) * 2];
      const scale = k % 3 === 0 ? 1e-6 : 1;
      const f = (v: Tensor): Tensor => add(1, mul(scale, sum(mul(v, exp(mul(-0.5, square(v)))))));
      const g = (v: Tensor): Tensor => mul(scale, mul(sub(1, square(v)), exp(mul(-0.5, square(v)))));
      const mistakes = [
        (v: Tensor) => mul(-1, g(v)),
        (v: Tensor) => mul(1.001, g(v)),
        (v: Tensor) => mul(g(v), [1, 0]),
      ];
      assert.equal(gradcheck(f, [x], { gradient: g }).verdict, "right", `x = ${x}`);
      const report = gradcheck(f, [x], { gradient: mistakes[k % 3]! });
      assert.equal(report.verdict, "wrong", `第 ${k % 3} 种错，x = ${x}\n${report}`);
      caught++;
    }
    assert.equal(caught, 1000);
  });

  it("前向与反向不一致、二阶有错的 customVjp 都查得出", () => {
    const wrongSquare = customVjp(
      (x: Tensor) => square(x),
      (x: Tensor) => [square(x), x],
      (x, ct) => [mul(ct, mul(2.002, x))],
    );
    const report = gradcheck(wrongSquare, [3]);
    assert.equal(report.verdict, "wrong");
    assert.equal(report.worst!.ratio.toFixed(3), "1.001");
    // 一阶对，但把 x 当常数，二阶漏了：对 x³ 的梯度 3x² 用分离过的 x。
    const cube = customVjp(
      (x: Tensor) => mul(x, square(x)),
      (x: Tensor) => [mul(x, square(x)), lib.stopGradient(x)],
      (x, ct) => [mul(ct, mul(3, square(x)))],
    );
    assert.equal(gradcheck(cube, [2]).verdict, "right");
    const second = gradcheck(cube, [2], { order: 2 });
    assert.equal(second.verdict, "wrong", second.toString());
    assert.equal(second.worst!.order, 2);
    assert.equal(second.worst!.claimed, 0);
  });

  it("报告说得出哪一项、错成什么样", () => {
    const f = (p: { w: Tensor }) => sum(square(p.w));
    const half = gradcheck(f, [{ w: [[1, 2]] }], { gradient: (p: { w: Tensor }) => ({ w: p.w }) });
    assert.match(half.toString(), /∂返回值\/∂参数\.w\[0, [01]\]（给出的梯度）：得到 [12]，.*比值 0\.5/);
    assert.match(half.toString(), /正好是应有值的 1\/2/);
    const negated = gradcheck(f, [{ w: [[1, 2]] }], {
      gradient: (p: { w: Tensor }) => ({ w: mul(-2, p.w) }),
    });
    assert.match(negated.toString(), /符号反了/);
    const display = (negated as any)[Symbol.for("Jupyter.display")]();
    assert.match(display["text/html"], /<table>/);
    assert.equal(display["text/plain"], negated.toString());
  });

  it("assertGradcheck 抛带编号的错", () => {
    assert.throws(() => assertGradcheck((x: Tensor) => square(x), [1], { gradient: (x: Tensor) => x }), {
      id: "TIDU-GRAD-010",
    });
    const rough = (x: Tensor): Tensor => tensor(Math.floor(x.item() * 1e4) % 2);
    assert.throws(() => assertGradcheck(rough, [0.5]), { id: "TIDU-GRAD-011" });
    assert.equal(assertGradcheck((x: Tensor) => square(x), [1]).verdict, "right");
  });

  it("用法错误说得清楚", () => {
    assert.throws(() => gradcheck((x: Tensor) => x, 3 as any), { id: "TIDU-CHECK-011" });
    assert.throws(() => gradcheck((x: Tensor) => x, [new Int32Array([1])]), { id: "TIDU-CHECK-012" });
    assert.throws(() => gradcheck((x: Tensor) => mul(x, Math.random()), [1]), { id: "TIDU-CHECK-013" });
    assert.throws(() => gradcheck((x: Tensor) => mul(x, x), [[1, Number.NaN]]), { id: "TIDU-CHECK-016" });
    assert.throws(() => gradcheck((x: Tensor) => log(x), [-1]), { id: "TIDU-CHECK-017" });
    assert.throws(() => gradcheck((x: Tensor) => x, [[1, 2]], { gradient: (x: Tensor) => x }), {
      id: "TIDU-CHECK-014",
    });
    assert.throws(() => gradcheck((x: Tensor) => sum(x), [[1, 2]], { gradient: () => 1 }), {
      id: "TIDU-CHECK-015",
    });
  });

  it("小步长之外就走出定义域（抛错）的函数也能查", () => {
    const report = gradcheck((d: Tensor) => huber([1, -2], d), [0.01], { order: 2 });
    assert.equal(report.verdict, "right", report.toString());
  });

  it("整数参数照原样传入，只查浮点的", () => {
    const report = gradcheck(
      (x: Tensor, i: Tensor) => lib.gather(x, i),
      [[1, 2, 3], new Int32Array([0, 2, 2])],
    );
    assert.equal(report.verdict, "right", report.toString());
    assert.equal(report.coordinates.length, 3 * 3 * 2);
  });

  it("单精度的参数先换成双精度", () => {
    assert.equal(gradcheck((x: Tensor) => exp(x), [new Float32Array([0.1, 0.2])]).verdict, "right");
  });
});
