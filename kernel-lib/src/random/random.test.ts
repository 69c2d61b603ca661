import assert from "node:assert/strict";
import { threefry } from "../devices/cpu/kernels/random.js";
import {
  bernoulli,
  categorical,
  foldIn,
  grad,
  gumbel,
  key,
  mean,
  mul,
  normal,
  permutation,
  randint,
  split,
  stack,
  sum,
  type Tensor,
  type TiduError,
  uniform,
  variance,
  vmap,
} from "../index.js";

function near(actual: unknown, expected: unknown, tolerance = 1e-14): void {
  const a = [actual].flat(9) as number[];
  const e = [expected].flat(9) as number[];
  assert.equal(a.length, e.length);
  for (const [i, v] of e.entries()) {
    assert.ok(Math.abs(a[i]! - v) <= tolerance * Math.max(1, Math.abs(v)), `${a[i]} ≠ ${v}`);
  }
}

describe("Threefry-2x32", () => {
  // Random123 发行包 kat_vectors 里的已知答案。
  const known: [number[], number[], number[]][] = [
    [
      [0, 0],
      [0, 0],
      [0x6b200159, 0x99ba4efe],
    ],
    [
      [-1, -1],
      [-1, -1],
      [0x1cb996fc, 0xbb002be7],
    ],
    [
      [0x13198a2e, 0x03707344],
      [0x243f6a88, 0x85a308d3],
      [0xc4923a9c, 0x483df7a0],
    ],
  ];
  for (const [k, c, expected] of known) {
    it(`密钥 ${k}`, () => {
      const out = new Uint32Array(2);
      threefry(k[0]!, k[1]!, c[0]!, c[1]!, out);
      assert.deepEqual([...out], expected);
    });
  }
});

// 下面的数由 JAX 0.10.2（jax_enable_x64，缺省的 threefry_partitionable）算出。
describe("与 JAX 相同的随机数", () => {
  const k = key(42);
  it("split 与 foldIn", () => {
    assert.deepEqual(
      split(key(0)).map((s) => s.toArray()),
      [
        [1797259609, -1715843330],
        [928981903, -841280227],
      ],
    );
    assert.deepEqual(foldIn(key(0), 1).toArray(), [928981903, -841280227]);
  });
  it("uniform", () => {
    assert.deepEqual(
      uniform(k, [3]).toArray(),
      [0.4267275666499091, 0.015010069515314584, 0.5741444178995352],
    );
  });
  it("normal", () => {
    near(
      normal(k, [4]).toArray(),
      [-0.18471174528191162, -2.169824560397754, 0.18693555179382582, 0.6122653570510959],
    );
  });
  it("randint，跨度大于 2³¹ 也对", () => {
    assert.deepEqual(randint(k, [6], 0, 10).toArray(), [4, 4, 1, 9, 9, 9]);
    assert.deepEqual(
      randint(k, [6], -1000000007, 2000000000).toArray(),
      [-874705738, -616134652, -219628880, 127988410, -524420986, -129707164],
    );
  });
  it("permutation、categorical、bernoulli", () => {
    assert.deepEqual(permutation(k, 8).toArray(), [7, 4, 2, 5, 3, 6, 0, 1]);
    assert.deepEqual(categorical(k, [0, 1, 2], -1, [6]).toArray(), [2, 2, 1, 2, 2, 2]);
    assert.deepEqual(bernoulli(k, 0.3, [6]).toArray(), [0, 1, 0, 0, 0, 0]);
  });
  it("vmap 过密钥等于逐把抽样", () => {
    near(vmap((s: Tensor) => normal(s, [2]))(stack(split(key(7), 3))).toArray(), [
      [0.35160447220202895, -1.1542001731480933],
      [-0.520677433463694, -0.31874706143750775],
      [-1.3855796941504717, 0.5012563964552611],
    ]);
  });
});

describe("随机分布", () => {
  const n = 40000;
  it("均值与方差在 5 个标准误之内", () => {
    const u = uniform(key(1), [n]);
    near(mean(u).item(), 0.5, 5 * Math.sqrt(1 / 12 / n));
    near(variance(u).item(), 1 / 12, 0.003);
    const z = normal(key(2), [n]);
    near(mean(z).item(), 0, 5 / Math.sqrt(n));
    near(variance(z).item(), 1, 5 * Math.sqrt(2 / n));
    near(mean(gumbel(key(3), [n])).item(), 0.5772156649, 5 * Math.sqrt(Math.PI ** 2 / 6 / n));
  });
  it("categorical 的频率等于 softmax", () => {
    const c = categorical(key(4), [Math.log(0.1), Math.log(0.3), Math.log(0.6)], -1, [
      n,
    ]).toArray() as number[];
    for (const [i, p] of [0.1, 0.3, 0.6].entries()) {
      near(c.filter((v) => v === i).length / n, p, 5 * Math.sqrt((p * (1 - p)) / n));
    }
  });
  it("uniform 的上下界与 dtype", () => {
    const u = uniform(key(5), [1000], { min: -2, max: 3, dtype: "float32" });
    assert.equal(u.dtype, "float32");
    assert.ok(u.min().item() >= -2 && u.max().item() < 3);
  });
  it("permutation 打乱行而不丢行", () => {
    const rows = permutation(key(6), [
      [1, 1],
      [2, 2],
      [3, 3],
    ]).toArray() as number[][];
    assert.deepEqual(rows.map((r) => r[0]).sort(), [1, 2, 3]);
    assert.ok(rows.every((r) => r[0] === r[1]));
  });
  it("重参数化：样本对 σ 的梯度是 ε", () => {
    const e = normal(key(8), [5]);
    const g = grad((s: Tensor) => sum(mul(s, normal(key(8), [5]))))(2);
    near(g.item(), sum(e).item());
  });
  it("密钥不对时说明该怎么写", () => {
    assert.throws(
      () => normal(3 as any, [2]),
      (e: TiduError) => e.id === "TIDU-RANDOM-001" && /key\(0\)/.test(e.message),
    );
    assert.throws(
      () => key(-1),
      (e: TiduError) => e.id === "TIDU-RANDOM-002",
    );
    assert.throws(
      () => randint(key(0), [2], 5, 5),
      (e: TiduError) => e.id === "TIDU-ARG-009",
    );
  });
});
