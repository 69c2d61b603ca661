import assert from "node:assert/strict";
import type { Tensor, TensorLike } from "../index.js";
import * as t from "../index.js";

const points = [-2.5, -1, -0.3, 0, 0.2, 0.5, 1, 3.75, 1e-9, -20];
const positive = points.map((x) => Math.abs(x) + 0.01);
const unit = [-0.99, -0.5, 0, 1e-8, 0.3, 1];

function close(actual: number, expected: number, tolerance = 1e-14): void {
  const ok =
    Object.is(actual, expected) ||
    actual === expected ||
    Math.abs(actual - expected) <= tolerance * Math.abs(expected);
  assert.ok(ok, `得到 ${actual}，应是 ${expected}`);
}

describe("逐元素原语的值：与 Math 比较", () => {
  const unary: [string, (x: TensorLike) => Tensor, (x: number) => number, readonly number[]][] = [
    ["neg", t.neg, (x) => -x, points],
    ["square", t.square, (x) => x * x, points],
    ["abs", t.abs, Math.abs, points],
    ["sign", t.sign, Math.sign, points],
    ["floor", t.floor, Math.floor, points],
    ["ceil", t.ceil, Math.ceil, points],
    ["exp", t.exp, Math.exp, points],
    ["expm1", t.expm1, Math.expm1, points],
    ["log", t.log, Math.log, positive],
    ["log1p", t.log1p, Math.log1p, positive],
    ["sqrt", t.sqrt, Math.sqrt, positive],
    ["sin", t.sin, Math.sin, points],
    ["cos", t.cos, Math.cos, points],
    ["tan", t.tan, Math.tan, points],
    ["asin", t.asin, Math.asin, unit],
    ["acos", t.acos, Math.acos, unit],
    ["atan", t.atan, Math.atan, points],
    ["sinh", t.sinh, Math.sinh, points],
    ["cosh", t.cosh, Math.cosh, points],
    ["tanh", t.tanh, Math.tanh, points],
    ["relu", t.relu, (x) => Math.max(x, 0), points],
    ["elu", (x) => t.elu(x, 2), (x) => (x > 0 ? x : 2 * Math.expm1(x)), points],
    ["leakyRelu", (x) => t.leakyRelu(x, 0.2), (x) => (x > 0 ? x : 0.2 * x), points],
    ["sigmoid", t.sigmoid, (x) => 1 / (1 + Math.exp(-x)), points],
    ["silu", (x) => t.silu(x, 1.5), (x) => x / (1 + Math.exp(-1.5 * x)), points],
    ["softplus", t.softplus, (x) => Math.log(1 + Math.exp(x)), points.filter((x) => x > -5)],
    ["clip", (x) => t.clip(x, -1, 0.4), (x) => Math.min(0.4, Math.max(-1, x)), points],
    ["logicalNot", t.logicalNot, (x) => Number(!x), points],
  ];
  for (const [name, op, truth, xs] of unary) {
    it(name, () => {
      const ys = op(xs).toArray() as number[];
      for (const [i, x] of xs.entries()) close(ys[i]!, truth(x) + 0, 1e-13);
    });
  }

  const binary: [string, (a: TensorLike, b: TensorLike) => Tensor, (a: number, b: number) => number][] = [
    ["add", t.add, (a, b) => a + b],
    ["sub", t.sub, (a, b) => a - b],
    ["mul", t.mul, (a, b) => a * b],
    ["div", t.div, (a, b) => a / b],
    ["maximum", t.maximum, Math.max],
    ["minimum", t.minimum, Math.min],
    ["equal", t.equal, (a, b) => Number(a === b)],
    ["notEqual", t.notEqual, (a, b) => Number(a !== b)],
    ["greater", t.greater, (a, b) => Number(a > b)],
    ["greaterEqual", t.greaterEqual, (a, b) => Number(a >= b)],
    ["less", t.less, (a, b) => Number(a < b)],
    ["lessEqual", t.lessEqual, (a, b) => Number(a <= b)],
    ["logicalAnd", t.logicalAnd, (a, b) => Number(a !== 0 && b !== 0)],
    ["logicalOr", t.logicalOr, (a, b) => Number(a !== 0 || b !== 0)],
  ];
  for (const [name, op, truth] of binary) {
    it(name, () => {
      const ys = op(t.reshape(points, [-1, 1]), points).toArray() as number[][];
      for (const [i, a] of points.entries()) {
        for (const [j, b] of points.entries()) close(ys[i]![j]!, truth(a, b), 1e-9);
      }
    });
  }

  it("pow：与 ** 一致，含负底数的整数次幂与 0⁰", () => {
    assert.deepEqual(t.pow([2, -2, 0, 9], [3, 3, 0, 0.5]).toArray(), [8, -8, 1, 3]);
    assert.deepEqual(t.pow([3, -3], 2).toArray(), [9, 9]);
  });

  it("round：五取偶", () => {
    assert.deepEqual(t.round([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 1e16]).toArray(), [0, 2, 2, 0, -2, 2, 1e16]);
  });

  it("mod：与 Python 一致（fmod 后按除数调号）", () => {
    const ys = t.mod([7, -7, 7, -7, 1, -2.5, 1e17], [3, 3, -3, -3, 0.1, 0.3, 3]).toArray();
    assert.deepEqual(ys, [1, 2, -2, -1, 0.09999999999999995, 0.1999999999999999, 1]);
  });
});

describe("erf 与 erfinv", () => {
  // 真值取自 C 库的 erf（经 Python 的 math.erf）。
  const erf: [number, number][] = [
    [1e-10, 1.1283791670955126e-10],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.49, 0.9995707121322661],
    [2.51, 0.9996142945182758],
    [3, 0.9999779095030014],
    [4, 0.9999999845827421],
    [6, 1],
  ];
  for (const [x, y] of erf) {
    it(`erf(±${x})`, () => {
      close(t.erf(x).item(), y, 4e-16 * 4);
      close(t.erf(-x).item(), -y, 4e-16 * 4);
    });
  }

  it("erfinv 是反函数：erf(erfinv(y)) = y", () => {
    const ys = [-0.999, -0.9, -0.5, -1e-12, 0, 1e-3, 0.2, 0.85, 0.86, 0.99];
    const back = t.erf(t.erfinv(ys)).toArray() as number[];
    for (const [i, y] of ys.entries()) close(back[i]!, y, 2e-15);
    assert.deepEqual(t.erfinv([1, -1]).toArray(), [Infinity, -Infinity]);
  });
});

describe("激活函数与大输入", () => {
  it("sigmoid、softplus、tanh、logSigmoid 在 ±1000 处有限", () => {
    assert.deepEqual(t.sigmoid([1000, -1000]).toArray(), [1, 0]);
    assert.deepEqual(t.softplus([1000, -1000]).toArray(), [1000, 0]);
    assert.deepEqual(t.tanh([1000, -1000]).toArray(), [1, -1]);
    assert.deepEqual(
      t.logSigmoid([1000, -1000]).toArray(),
      [0, -1000].map((x) => x || -0),
    );
  });

  it("elu 在正的大输入处，一阶与二阶导数都不是 NaN", () => {
    const first = t.grad((x: Tensor) => t.elu(x));
    assert.equal(first(1000).item(), 1);
    assert.equal(t.grad(first)(1000).item(), 0);
  });

  it("gelu(x) = x·Φ(x)", () => {
    close(t.gelu(1).item(), 0.8413447460685429, 1e-15);
    close(t.gelu(-2).item(), -0.04550026389635842, 1e-13);
  });
});

describe("元素类型", () => {
  it("整数运算保持 int32，除法变浮点，布尔相加变 int32", () => {
    const i = t.tensor([1, 2], "int32");
    assert.equal(t.add(i, i).dtype, "int32");
    assert.equal(t.mul(i, 2).dtype, "int32");
    assert.equal(t.mul(i, 0.5).dtype, "float64");
    assert.equal(t.div(i, 2).dtype, "float64");
    assert.equal(t.sqrt(i).dtype, "float64");
    assert.equal(t.add([true], [true]).toArray()?.toString(), "2");
    assert.equal(t.sum([true, true]).item(), 2);
    assert.equal(t.mean(i).item(), 1.5);
  });

  it("float32 的张量与裸的数运算还是 float32，与 float64 张量运算变 float64", () => {
    const x = t.tensor([1, 2], "float32");
    assert.equal(t.add(x, 0.1).dtype, "float32");
    assert.equal(t.add(x, [0.1, 0.2]).dtype, "float32");
    assert.equal(t.add(x, t.tensor([0.1, 0.2])).dtype, "float64");
    assert.equal(t.add(x, 0.1).toArray()?.toString(), [Math.fround(1.1), Math.fround(2.1)].toString());
  });

  it("不同精度相遇时，梯度回到各自的精度", () => {
    const x = t.tensor([1, 2], "float32");
    const [gx, gy] = t.grad((a: Tensor, b: Tensor) => t.sum(t.mul(a, b)), { argnums: [0, 1] })(
      x,
      t.tensor([3, 4]),
    );
    assert.equal(gx.dtype, "float32");
    assert.equal(gy.dtype, "float64");
  });
});
