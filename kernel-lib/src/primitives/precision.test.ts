import assert from "node:assert/strict";
import {
  atan2,
  erfc,
  gelu,
  grad,
  hypot,
  logaddexp,
  logcumsumexp,
  logSoftmax,
  logsumexp,
  norm,
  softmax,
  type Tensor,
  tanh,
  tensor,
} from "../index.js";

// 难算的地方：真值由 40 位精度的 mpmath 得到（erfc、gelu、sech²），或有闭式。

const relative = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} ≠ ${expected}`);

describe("数值精度", () => {
  const tails: [number, number][] = [
    [-3, 1.9999779095030015],
    [-0.7, 1.6778011938374184],
    [0.3, 0.6713732405408726],
    [1.2, 0.08968602177036464],
    [1.499, 0.034013962348143315],
    [1.501, 0.0337761014921921],
    [2, 0.004677734981047266],
    [2.499, 0.00040913575574460533],
    [2.501, 0.00040477917058370907],
    [5, 1.537459794428035e-12],
    [10, 2.088487583762545e-45],
    [20, 5.395865611607901e-176],
    [26, 5.663192408856143e-296],
  ];
  for (const [x, want] of tails) {
    it(`erfc(${x}) 的相对误差不到 2e-14`, () => relative(erfc(x).item(), want, 2e-14));
  }

  const gelus: [number, number, number][] = [
    [-30, -1.472014178144456e-196, -4.416031690708495e-195],
    [-8, -4.976768459417427e-15, -3.979607261086796e-14],
    [-2, -0.04550026389635842, -0.0852318010781969],
    [0.5, 0.34573123063700656, 0.8674951246561629],
    [3, 2.99595030590511, 1.011945647204184],
  ];
  for (const [x, value, slope] of gelus) {
    it(`gelu 在 ${x} 的值与导数`, () => {
      relative(gelu(x).item(), value, 1e-13);
      relative(grad(gelu)(x).item(), slope, 1e-13);
    });
  }

  const slopes: [number, number][] = [
    [0.1, 0.9900662908474398],
    [1, 0.4199743416140261],
    [5, 0.0001815832309438067],
    [10, 8.244614455767397e-9],
    [19, 1.2556531168192118e-16],
    [100, 5.53558610694695e-87],
    [300, 1.0601586212017243e-260],
  ];
  for (const [x, want] of slopes) {
    it(`tanh 在 ${x} 的导数有全部有效数字`, () => {
      relative(grad(tanh)(x).item(), want, 1e-14);
      relative(grad(tanh)(-x).item(), want, 1e-14);
    });
  }

  it("tanh 的高阶导数在 0 处：0、−2、0、16", () => {
    let f: (x: Tensor) => Tensor = grad(tanh);
    const got: number[] = [];
    for (let k = 0; k < 5; k++) {
      got.push(f(tensor(0)).item());
      f = grad(f) as typeof f;
    }
    assert.deepEqual(
      got.map((v) => v + 0),
      [1, 0, -2, 0, 16],
    );
  });

  it("±10⁴ 的分数：softmax、logSoftmax、logsumexp 及其梯度都有限", () => {
    const x = [1e4, -1e4, 1e4 - 1, 0];
    const e = Math.exp(-1);
    assert.ok(Math.abs(softmax(x).toArray<number[]>()[0]! - 1 / (1 + e)) < 1e-15);
    assert.equal(logSoftmax(x).toArray<number[]>()[1], -2e4 - Math.log1p(e));
    const g = grad((t: Tensor) => logsumexp(t))(x).toArray<number[]>();
    assert.ok(g.every(Number.isFinite) && Math.abs(g[2]! - e / (1 + e)) < 1e-12);
  });

  it("范数不上溢、不下溢；1e-200 处的梯度是单位向量", () => {
    for (const scale of [1e-200, 5e-324, 1e200, 1]) {
      const x = [3 * scale, 4 * scale];
      relative(norm(x).item(), 5 * scale, 1e-15);
      if (scale === 5e-324) continue;
      const [a, b] = grad((t: Tensor) => norm(t))(x).toArray<[number, number]>();
      relative(a, 0.6, 1e-15);
      relative(b, 0.8, 1e-15);
      relative(hypot(x[0]!, x[1]!).item(), 5 * scale, 1e-15);
    }
    assert.equal(norm([Infinity, 1]).item(), Infinity);
    assert.ok(Number.isNaN(norm([NaN, 1]).item()));
    assert.equal(norm([]).item(), 0);
    assert.deepEqual(grad((t: Tensor) => norm(t))([0, 0]).toArray(), [0, 0]);
  });

  it("范数的黑塞矩阵是 (I − uuᵀ)/‖x‖，远离 1 的尺度也是", () => {
    const f = (t: Tensor): Tensor => norm(t);
    for (const scale of [1, 1e-150]) {
      const g = grad((t: Tensor) => grad(f)(t).at(0))([3 * scale, 4 * scale]).toArray<number[]>();
      relative(g[0]!, 0.64 / (5 * scale), 1e-14);
      relative(g[1]!, -0.48 / (5 * scale), 1e-14);
    }
  });

  it("logaddexp：−∞ 是单位元；相等处二阶导数是 1/4；大数不溢出", () => {
    assert.equal(logaddexp(-Infinity, 3).item(), 3);
    assert.equal(logaddexp(-Infinity, -Infinity).item(), -Infinity);
    const f = (a: Tensor): Tensor => logaddexp(a, 2);
    assert.equal(grad(f)(2).item(), 0.5);
    assert.equal(grad(grad(f))(2).item(), 0.25);
    assert.equal(grad((a: Tensor) => logaddexp(a, -Infinity))(3).item(), 1);
    relative(logaddexp(0, -40).item(), 4.248354255291589e-18, 1e-15);
    assert.deepEqual(logcumsumexp([1e4, -1e4]).toArray(), [1e4, 1e4]);
  });

  it("atan2 在四个象限与轴上，原点处导数为 0", () => {
    const y = [0, 1, 0, -1, 1, -1];
    const x = [1, 0, -1, 0, -1, -1];
    assert.deepEqual(
      atan2(y, x).toArray(),
      y.map((v, i) => Math.atan2(v, x[i]!)),
    );
    const g = grad((a: Tensor, b: Tensor) => atan2(a, b), { argnums: [0, 1] })(0, 0);
    assert.deepEqual(
      g.map((t) => t.item() + 0),
      [0, 0],
    );
  });
});
