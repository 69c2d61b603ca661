import assert from "node:assert/strict";
import {
  add,
  grad,
  jvp,
  matmul,
  mul,
  softmax,
  stopGradient,
  sum,
  type Tensor,
  tensor,
  vjp,
  vmap,
} from "../index.js";

describe("vmap", () => {
  const X = [
    [1, 2, 3],
    [4, 5, 6],
  ];

  it("批轴可以在任何位置进出", () => {
    const f = (x: Tensor): Tensor => mul(x, [1, 10]);
    assert.deepEqual(vmap(f, { inAxes: 1 })(X).toArray(), [
      [1, 40],
      [2, 50],
      [3, 60],
    ]);
    assert.deepEqual(vmap(f, { inAxes: -1, outAxes: 1 })(X).toArray(), [
      [1, 2, 3],
      [40, 50, 60],
    ]);
  });

  it("inAxes 可以是树，共用的参数写 null", () => {
    const f = (p: { w: Tensor; b: Tensor }, x: Tensor): Tensor => add(mul(p.w, x), p.b);
    const out = vmap(f, { inAxes: [{ w: 0, b: null }, 0] })({ w: [1, 2], b: tensor(10) }, [3, 4]);
    assert.deepEqual(out.toArray(), [13, 18]);
  });

  it("共用的普通数原样传入，可作循环次数", () => {
    const power = (x: Tensor, n: number): Tensor => {
      let y: Tensor = tensor(1);
      for (let k = 0; k < n; k++) y = mul(y, x);
      return y;
    };
    assert.deepEqual(vmap(power, { inAxes: [0, null] })([2, 3], 3).toArray(), [8, 27]);
  });

  it("输出是树，outAxes 按叶子写；与样本无关的输出可以不带批轴", () => {
    const f = (x: Tensor): { y: Tensor; c: Tensor } => ({ y: x, c: tensor(7) });
    const out = vmap(f, { outAxes: { y: 0, c: null } })([1, 2]);
    assert.deepEqual([out.y.toArray(), out.c.item()], [[1, 2], 7]);
    assert.deepEqual(vmap(f)([1, 2]).c.toArray(), [7, 7]);
  });

  it("逐样本的梯度", () => {
    const loss = (w: Tensor, x: Tensor): Tensor => sum(softmax(mul(w, x)).mul([1, 2, 3]));
    const each = vmap(grad(loss), { inAxes: [null, 0] })(tensor([0.1, 0.2, 0.3]), X);
    const rows = X.map((x) => grad(loss)([0.1, 0.2, 0.3], tensor(x)).toArray() as number[]);
    for (const [i, row] of (each.toArray() as number[][]).entries()) {
      for (const [j, v] of row.entries()) assert.ok(Math.abs(v - rows[i]![j]!) < 1e-15);
    }
  });

  it("三层套三层：vmap(vmap(grad)) 与 grad(vmap(vmap))", () => {
    const f = (x: Tensor, y: Tensor): Tensor => mul(mul(x, x), y);
    const table = vmap(vmap(grad(f), { inAxes: [null, 0] }), { inAxes: [0, null] })([1, 2], [10, 20]);
    assert.deepEqual(table.toArray(), [
      [20, 40],
      [40, 80],
    ]);
    const total = (x: Tensor): Tensor =>
      sum(vmap(vmap(f, { inAxes: [null, 0] }), { inAxes: [0, null] })(x, [10, 20]));
    assert.deepEqual(grad(total)([1, 2]).toArray(), [60, 120]);
  });

  it("vmap 里的 jvp、vjp、stopGradient", () => {
    const f = (x: Tensor): Tensor => mul(x, stopGradient(x));
    assert.deepEqual(vmap((x: Tensor) => jvp(f, [x], [1])[1])([3, 4]).toArray(), [3, 4]);
    assert.deepEqual(vmap((x: Tensor) => vjp(f, x)[1](1)[0])([3, 4]).toArray(), [3, 4]);
  });

  it("矩阵乘的三种批法", () => {
    const m = tensor([
      [1, 2],
      [3, 4],
    ]);
    const vs = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    const one = (a: Tensor, v: Tensor): Tensor => matmul(a, v);
    assert.deepEqual(vmap(one, { inAxes: [null, 0] })(m, vs).toArray(), [
      [1, 3],
      [2, 4],
      [3, 7],
    ]);
    assert.deepEqual(vmap(one, { inAxes: [0, null] })([m.toArray() as never], tensor([1, 1])).toArray(), [
      [3, 7],
    ]);
  });

  const cases: readonly [string, () => unknown, RegExp][] = [
    [
      "inAxes 项数不对",
      () => vmap((x: Tensor) => x, { inAxes: [0, 0] })([1]),
      /TIDU-VMAP-001.*2 项.*1 个参数/,
    ],
    ["标量没有批轴", () => vmap((x: Tensor) => x)(3), /TIDU-VMAP-002.*null/],
    ["一个批轴也没有", () => vmap((x: Tensor) => x, { inAxes: [null] })([1]), /TIDU-VMAP-003/],
    [
      "批的大小不一致",
      () => vmap((x: Tensor, y: Tensor) => add(x, y))([1, 2], [1, 2, 3]),
      /TIDU-VMAP-004.*是 2.*是 3/,
    ],
    ["批轴的树结构不对", () => vmap((x: Tensor) => x, { inAxes: [{ w: 0 }] })([1]), /TIDU-VMAP-005/],
    ["outAxes 不能是 null", () => vmap((x: Tensor) => x, { outAxes: null })([1]), /TIDU-VMAP-006/],
    ["轴号越界", () => vmap((x: Tensor) => x, { inAxes: 1 })([1]), /TIDU-SHAPE-002/],
    ["在里面读数值", () => vmap((x: Tensor) => tensor(x.item()))([1]), /TIDU-TRACE-003.*where/],
  ];
  for (const [name, run, message] of cases) it(name, () => assert.throws(run, message));
});
