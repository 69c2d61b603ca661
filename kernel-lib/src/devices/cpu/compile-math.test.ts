import assert from "node:assert/strict";
import { exp, expSingle, tanh } from "./compile-math.js";

// 真值：200 位定点数上的泰勒级数，先减半十二次，再平方回去。
const bits = 200n;
const one = 1n << bits;

function fixed(x: number): bigint {
  const high = BigInt(Math.trunc(x * 2 ** 30));
  const rest = x * 2 ** 30 - Number(high);
  return (high << (bits - 30n)) + (BigInt(rest * 2 ** 70) << (bits - 100n));
}

function exact(x: number): bigint {
  const y = fixed(x) >> 12n;
  let [sum, term] = [one, one];
  for (let i = 1n; i < 40n; i++) sum += term = ((term * y) >> bits) / i;
  for (let i = 0; i < 12; i++) sum = (sum * sum) >> bits;
  return sum;
}

/** 两个定点数的商，双精度之外再多给 20 位。 */
function quotient(a: bigint, b: bigint): { value: number; rest: number } {
  const q = (a << bits) / b;
  const value = Number(q) / 2 ** Number(bits);
  const rest = Number(q - (BigInt(Math.round(value * 2 ** 100)) << (bits - 100n))) / 2 ** Number(bits);
  return { value, rest };
}

function ulp(x: number): number {
  return 2 ** (Math.floor(Math.log2(Math.abs(x))) - 52);
}

const error = (actual: number, { value, rest }: { value: number; rest: number }): number =>
  Math.abs(actual - value - rest) / ulp(value);

describe("compile-math", () => {
  it("exp 与真值差不到 0.6 ulp，tanh 不到 2 ulp，expSingle 舍入后不到 0.51 个单精度 ulp", () => {
    let [worstExp, worstTanh, worstSingle] = [0, 0, 0];
    for (let i = 1; i < 4000; i++) {
      const scale = [0.02, 0.7, 3, 12][i % 4]!;
      const x = Math.sin(i * 12.9898) * scale;
      const e = exact(x);
      const truth = quotient(e, one);
      worstExp = Math.max(worstExp, error(exp(x), truth));
      const single = Math.abs(Math.fround(expSingle(x)) - truth.value) / (ulp(truth.value) * 2 ** 29);
      worstSingle = Math.max(worstSingle, single);
      const square = (e * e) >> bits;
      worstTanh = Math.max(worstTanh, error(tanh(x), quotient(square - one, square + one)));
    }
    assert.ok(worstExp < 0.6, `exp ${worstExp}`);
    assert.ok(worstTanh < 2, `tanh ${worstTanh}`);
    assert.ok(worstSingle < 0.51, `expSingle ${worstSingle}`);
  });

  it("tanh 顺手算出的导数：|x| ≤ 300 时相对误差不到 1e-14", () => {
    const side = new Float64Array(1);
    for (let i = 1; i < 1500; i++) {
      const x = Math.sin(i * 12.9898) * [0.01, 1, 11, 22, 40, 300][i % 6]!;
      const e = exact(Math.abs(2 * x));
      // cosh²x = (e^{2x} + 1)²/(4e^{2x})，|x| 大时远大于 1，取倒数比较才不丢位数。
      const inverse = Number(((((e + one) * (e + one)) / (4n * e)) << 80n) >> bits) / 2 ** 80;
      assert.equal(tanh(x, side), tanh(x));
      assert.ok(Math.abs(side[0]! * inverse - 1) < 1e-14, `${x}`);
    }
    const at = (x: number): number => {
      tanh(x, side);
      return side[0]!;
    };
    assert.deepEqual([at(0), at(-0), at(Infinity), at(-1e4), at(Number.NaN)], [1, 1, 0, 0, Number.NaN]);
  });

  it("两端、零与不是数", () => {
    for (const f of [exp, expSingle]) {
      assert.deepEqual([f(0), f(-0), f(-Infinity), f(-1000)], [1, 1, 0, 0]);
      assert.deepEqual([f(Infinity), f(710), f(Number.NaN)], [Infinity, Infinity, Number.NaN]);
    }
    assert.ok(Math.abs(exp(709.7) / Math.exp(709.7) - 1) < 1e-15);
    assert.ok(Math.abs(exp(-744) - Math.exp(-744)) <= Number.MIN_VALUE);
    assert.deepEqual([tanh(0), tanh(-0), tanh(Infinity), tanh(-Infinity)], [0, -0, 1, -1]);
    assert.deepEqual([tanh(1e-300), tanh(30), tanh(-30), tanh(Number.NaN)], [1e-300, 1, -1, Number.NaN]);
  });
});
