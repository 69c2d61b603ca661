import assert from "node:assert/strict";
import { hull, intervalDerivative, judgeDerivative } from "./interval.js";

type Dual = readonly [value: number, derivative: number];

/** 随机的复合函数，用对偶数带着解析导数：与被测的差分毫无关系的独立真值。 */
interface Expression {
  readonly text: string;
  readonly at: (x: number) => Dual;
}

function generator(seed: number): () => number {
  let s = seed;
  return () => {
    s = (s * 1664525 + 1013904223) % 4294967296;
    return s / 4294967296;
  };
}

const unary: readonly [string, (x: number) => number, (x: number) => number][] = [
  ["exp", Math.exp, Math.exp],
  ["sin", Math.sin, Math.cos],
  ["tanh", Math.tanh, (x) => 1 / Math.cosh(x) ** 2],
  ["square", (x) => x * x, (x) => 2 * x],
  ["abs", Math.abs, Math.sign],
  ["relu", (x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  ["log", (x) => Math.log(x * x + 0.1), (x) => (2 * x) / (x * x + 0.1)],
  ["softplus", (x) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0), (x) => 1 / (1 + Math.exp(-x))],
  ["root", (x) => Math.sqrt(x * x + 1e-6), (x) => x / Math.sqrt(x * x + 1e-6)],
  ["huber", (x) => (Math.abs(x) <= 1 ? (x * x) / 2 : Math.abs(x) - 0.5), (x) => Math.max(-1, Math.min(1, x))],
  ["elu", (x) => (x >= 0 ? x : Math.expm1(x)), (x) => (x >= 0 ? 1 : Math.exp(x))],
  ["inverse", (x) => 1 / (1 + x * x), (x) => (-2 * x) / (1 + x * x) ** 2],
];

function expression(random: () => number, depth: number): Expression {
  if (depth === 0) {
    if (random() < 0.75) return { text: "x", at: (x) => [x, 1] };
    const c = (random() * 4 - 2) * 10 ** Math.floor(random() * 4 - 3);
    return { text: c.toPrecision(3), at: () => [c, 0] };
  }
  const a = expression(random, depth - 1);
  const r = random();
  if (r < 0.55) {
    const [name, f, df] = unary[Math.floor(random() * unary.length)]!;
    return {
      text: `${name}(${a.text})`,
      at: (x) => {
        const [v, d] = a.at(x);
        return [f(v), d === 0 ? 0 : df(v) * d];
      },
    };
  }
  const b = expression(random, depth - 1);
  const sum = r < 0.8;
  return {
    text: `(${a.text} ${sum ? "+" : "*"} ${b.text})`,
    at: (x) => {
      const [v, d] = a.at(x);
      const [w, e] = b.at(x);
      return sum ? [v + w, d + e] : [v * w, d * w + v * e];
    },
  };
}

describe("区间判据", () => {
  it("四千个随机复合函数：正确的一个不拒，错误的一个不收", () => {
    const random = generator(20240501);
    let decided = 0;
    let total = 0;
    let wrongs = 0;
    while (total < 4000) {
      const e = expression(random, 1 + Math.floor(random() * 4));
      const x = (random() * 4 - 2) * (random() < 0.1 ? 1e-4 : 1);
      const [value, g] = e.at(x);
      if (!Number.isFinite(value) || !Number.isFinite(g) || Math.abs(value) > 1e100) continue;
      total++;
      const interval = intervalDerivative((t) => e.at(t)[0], x);
      const where = `${e.text} 在 ${x}：导数 ${g}，区间 ${hull(interval)}`;
      const verdict = judgeDerivative(g, interval);
      assert.notEqual(verdict, "wrong", `拒绝了正确的：${where}`);
      if (verdict === "right") decided++;
      if (Math.abs(g) <= 1e-6 * interval.scale) continue;
      for (const factor of [1.001, 0.999, -1, 2, 0.5, 0]) {
        wrongs++;
        assert.notEqual(judgeDerivative(g * factor, interval), "right", `收下了 ${factor} 倍的：${where}`);
      }
    }
    assert.ok(wrongs > 20_000, `${wrongs}`);
    assert.ok(decided / total > 0.97, `只判定了 ${decided}/${total}`);
  });

  const decided: readonly [string, (x: number) => number, number, number][] = [
    ["符号反了的 1e-6", (x) => 1 + 1e-6 * Math.sin(x), 0.3, 1e-6 * Math.cos(0.3)],
    ["高频", (x) => Math.sin(1000 * x), 0.3, 1000 * Math.cos(300)],
    ["周期恰好是 2 的负幂", (x) => Math.sin(64 * Math.PI * x), 0.5, 64 * Math.PI],
    ["极大的函数值", (x) => 1e200 * x * x, 3, 6e200],
    ["极小的函数值", (x) => 1e-200 * x * x, 3, 6e-200],
    ["极大的自变量", (x) => x * x, 1e6, 2e6],
    ["定义域边缘附近", Math.log, 1e-6, 1e6],
    ["拐点旁边 1e-9", (x) => Math.max(x, 0), 1e-9, 1],
    ["拐点旁边，值不小", (x) => 1 + Math.max(x, 0), 1e-7, 1],
    ["陡坡", (x) => Math.tanh(1e10 * x), 0, 1e10],
    ["大数相消", (x) => 1e8 + x - 1e8, 0.3, 1],
    ["单精度的函数", (x) => Math.fround(Math.sin(Math.fround(x))), 0.3, Math.cos(0.3)],
    ["Huber 的接缝", (x) => (Math.abs(x) <= 1 ? (x * x) / 2 : Math.abs(x) - 0.5), 1, 1],
    [
      "展开的七次式",
      (x) => x ** 7 - 7 * x ** 6 + 21 * x ** 5 - 35 * x ** 4 + 35 * x ** 3 - 21 * x ** 2 + 7 * x - 1,
      1.1,
      7e-6,
    ],
  ];
  for (const [name, f, x, g] of decided) {
    it(`判得准：${name}`, () => {
      const interval = intervalDerivative(f, x);
      assert.equal(judgeDerivative(g, interval), "right", String(hull(interval)));
      assert.equal(judgeDerivative(-g, interval), "wrong");
      assert.equal(judgeDerivative(1.01 * g, interval), "wrong");
    });
  }

  it("拐点：左右导数分开，次梯度里的都不拒，之外的拒", () => {
    const kinks: readonly [(x: number) => number, number, number, number][] = [
      [(x) => Math.max(x, 0), 0, 0, 1],
      [Math.abs, 0, -1, 1],
      [(x) => Math.max(-1, Math.min(1, x)), 1, 1, 0],
      [(x) => (x >= 0 ? x : 2 * Math.expm1(x)), 0, 2, 1],
      [(x) => Math.max(0, x * x - 1), 1, 0, 2],
    ];
    for (const [f, x, left, right] of kinks) {
      const interval = intervalDerivative(f, x);
      assert.equal(interval.kind, "kink");
      assert.ok(interval.left[0] <= left && left <= interval.left[1], `${interval.left} 应含 ${left}`);
      assert.ok(interval.right[0] <= right && right <= interval.right[1], `${interval.right} 应含 ${right}`);
      for (const g of [left, right, (left + right) / 2]) {
        assert.equal(judgeDerivative(g, interval), "undecided");
      }
      assert.equal(judgeDerivative(Math.max(left, right) + 0.1, interval), "wrong");
      assert.equal(judgeDerivative(Math.min(left, right) - 0.1, interval), "wrong");
    }
  });

  it("贴着拐点（1e-13）：说不准，但不拒正确的", () => {
    assert.notEqual(
      judgeDerivative(
        1,
        intervalDerivative((x) => Math.max(x, 0), 1e-13),
      ),
      "wrong",
    );
  });

  it("常数函数的导数是零", () => {
    const zero = intervalDerivative(() => 0, 0.3);
    assert.deepEqual([hull(zero), zero.kind], [[0, 0], "smooth"]);
    const three = intervalDerivative(() => 3, 0.3);
    assert.equal(judgeDerivative(0, three), "right");
    assert.equal(judgeDerivative(1e-6, three), "wrong");
  });

  it("有噪声的函数：不收也不误拒", () => {
    const noisy = (x: number): number => Math.sin(x) + 1e-3 * (((Math.sin(x * 1e7) * 43758.5453) % 1) - 0.5);
    const interval = intervalDerivative(noisy, 0.3);
    assert.equal(judgeDerivative(Math.cos(0.3), interval), "undecided");
    assert.equal(judgeDerivative(1.001 * Math.cos(0.3), interval), "undecided");
  });

  it("跳变与无穷大的斜率：说不准", () => {
    assert.equal(
      judgeDerivative(
        0,
        intervalDerivative((x) => (x >= 0 ? 1 : 0), 0),
      ),
      "undecided",
    );
    assert.equal(judgeDerivative(Infinity, intervalDerivative(Math.sqrt, 0)), "undecided");
    assert.equal(
      judgeDerivative(
        1,
        intervalDerivative(() => Number.NaN, 0),
      ),
      "undecided",
    );
  });

  it("NaN 与无穷大不是光滑处、也不是拐点处的导数", () => {
    const interval = intervalDerivative(Math.exp, 0);
    assert.equal(judgeDerivative(Number.NaN, interval), "wrong");
    assert.equal(judgeDerivative(Infinity, interval), "wrong");
    assert.equal(judgeDerivative(Number.NaN, intervalDerivative(Math.abs, 0)), "wrong");
  });
});
