import assert from "node:assert/strict";
import {
  add,
  assertGradcheck,
  eye,
  grad,
  key,
  matmul,
  mean,
  mul,
  ones,
  relu,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  variance,
  vmap,
  zeros,
} from "../index.js";
import * as nn from "./index.js";

function near(a: Tensor, b: Tensor, tolerance = 1e-12): void {
  assert.deepEqual(a.shape, b.shape);
  const [x, y] = [a, b].map((t) => t.concrete().readSync());
  for (let i = 0; i < x!.length; i++)
    assert.ok(Math.abs(x![i]! - y![i]!) <= tolerance, `${x![i]} ≠ ${y![i]}`);
}

describe("nn：层", () => {
  it("初始化的方差是公式说的那么大，正交初始化正交", () => {
    const shape = [200, 100] as const;
    const want = { glorotUniform: 2 / 300, glorotNormal: 2 / 300, heNormal: 2 / 200, lecunNormal: 1 / 200 };
    for (const [name, expected] of Object.entries(want)) {
      const w = (nn as any)[name](key(1), shape) as Tensor;
      assert.ok(Math.abs(variance(w).item() / expected - 1) < 0.05, name);
    }
    // 卷积核 [出, 入, 高, 宽]：入 = 8·3·3。
    assert.ok(Math.abs((variance(nn.heNormal(key(2), [64, 8, 3, 3])).item() * 72) / 2 - 1) < 0.05);
    const wide = nn.orthogonal(key(3), [2, 5], 2);
    near(matmul(wide, transpose(wide)), mul(4, eye(2)));
    assert.throws(() => nn.heNormal(key(0), [3]), /TIDU-NN-001/);
  });

  it("batchNorm：跨样本的梯度之和为 0，滑动平均按比重更新，预测时用它", () => {
    const { params, state } = nn.batchNorm.init(2);
    const x = tensor([
      [1, 10],
      [3, 30],
      [8, 20],
    ]);
    const w = tensor([
      [0.3, -1],
      [2, 0.5],
      [-0.7, 1.2],
    ]);
    const g = grad((t: Tensor) => sum(mul(nn.batchNorm.apply(params, state, t)[0], w)))(x);
    near(sum(g, 0), zeros([2]));
    const [, next] = nn.batchNorm.apply(params, state, x, { momentum: 0.75 });
    near(next.mean, tensor([1, 5]));
    near(next.variance, add(0.75, mul(0.25, variance(x, 0))));
    const [y] = nn.batchNorm.apply(params, { mean: tensor([1, 2]), variance: tensor([4, 9]) }, [[3, 5]], {
      training: false,
      epsilon: 0,
    });
    near(y, ones([1, 2]));
    assert.throws(() => nn.batchNorm.apply(params, state, [1, 2]), /TIDU-NN-002/);
  });

  it("批内方差为 0 时，γ 的梯度是 0", () => {
    const { params, state } = nn.batchNorm.init(1);
    const loss = (p: nn.ScaleShift): Tensor => sum(nn.batchNorm.apply(p, state, [[2], [2]])[0]);
    const g = grad(loss)(params);
    assert.deepEqual([g.gamma.toArray(), g.beta.toArray()], [[0], [2]]);
  });

  it("instanceNorm：一个样本对另一个样本的梯度严格为 0", () => {
    const params = nn.instanceNorm.init(1);
    const x = tensor([[[1, 2, 4]], [[3, 5, 4]]]);
    const first = (t: Tensor): Tensor =>
      sum(
        square(
          nn.instanceNorm
            .apply(params, t)
            .at(0)
            .mul([[1, 2, 3]]),
        ),
      );
    const g = grad(first)(x).toArray<number[][][]>();
    assert.deepEqual(g[1], [[0, 0, 0]]);
    assert.ok(g[0]![0]!.some((v) => Math.abs(v) > 1e-3));
  });

  it("dropout：期望不变，同一把密钥同样的掩码，被丢的元素没有梯度", () => {
    const x = ones([2000]);
    const y = nn.dropout(key(5), x, 0.25);
    assert.ok(Math.abs(mean(y).item() - 1) < 0.05);
    near(y, nn.dropout(key(5), x, 0.25));
    near(grad((t: Tensor) => sum(nn.dropout(key(5), t, 0.25)))(x), y);
  });

  it("词向量的梯度只落在查到的行上，重复的累加", () => {
    const g = grad((p: nn.EmbeddingParams) => sum(nn.embedding.apply(p, [2, 0, 2])))({ table: ones([4, 1]) });
    assert.deepEqual(g.table.toArray(), [[1], [0], [2], [0]]);
  });

  it("scan 等于手写的循环，xs 与 y 可以是树；导数对", () => {
    const f = (w: Tensor, xs: Tensor): Tensor => {
      const step = (s: Tensor, x: { a: Tensor; b: Tensor }) => {
        const next = add(mul(w, s), mul(x.a, x.b));
        return [next, { s: next }] as const;
      };
      return sum(square(nn.scan(step, tensor(0.5), { a: xs, b: mul(2, xs) })[1].s));
    };
    const byHand = (w: number, xs: number[]): number => {
      let [s, total] = [0.5, 0];
      for (const x of xs) {
        s = w * s + 2 * x * x;
        total += s * s;
      }
      return total;
    };
    assert.ok(Math.abs(f(tensor(0.3), tensor([1, -2, 3])).item() - byHand(0.3, [1, -2, 3])) < 1e-12);
    assertGradcheck(f, [0.3, [1, -2, 3]], { order: 2 });
    assert.throws(
      () => nn.scan((s: Tensor, x: any) => [s, x] as const, tensor(0), [ones([2]), ones([3])]),
      /TIDU-NN-005/,
    );
  });

  it("两千步的循环能求导，不会栈溢出", () => {
    const g = grad(
      (w: Tensor) =>
        nn.scan((s: Tensor, x: Tensor) => [add(mul(w, s), x), s] as const, tensor(0), ones([2000]))[0],
    );
    // s = Σ wᵏ，w = ½ 处 ds/dw = 1/(1−w)² = 4。
    assert.ok(Math.abs(g(tensor(0.5)).item() - 4) < 1e-12);
  });

  it("各层都能用 vmap 逐样本求梯度，等于逐个求", () => {
    const params = { hidden: nn.dense.init(key(1), 2, 3), out: nn.dense.init(key(2), 3, 1) };
    const loss = (p: typeof params, x: Tensor): Tensor =>
      sum(square(nn.dense.apply(p.out, relu(nn.dense.apply(p.hidden, x)))));
    const xs = tensor([
      [1, 2],
      [-0.5, 0.3],
    ]);
    const all = vmap(grad(loss), { inAxes: [null, 0] })(params, xs) as any;
    near(all.hidden.w.at(1), grad(loss)(params, xs.at(1)).hidden.w);
  });

  it("注意力的掩码挡住的键没有梯度", () => {
    const params = nn.multiHeadAttention.init(key(4), 4);
    const mask = [
      [true, false],
      [true, false],
    ];
    const g = grad((c: Tensor) =>
      sum(square(nn.multiHeadAttention.apply(params, ones([2, 4]), { heads: 2, mask, context: c }))),
    )(nn.positionalEncoding(2, 4));
    assert.deepEqual(g.at(1).toArray(), [0, 0, 0, 0]);
    assert.throws(() => nn.multiHeadAttention.apply(params, ones([2, 4]), { heads: 3 }), /TIDU-NN-003/);
  });
});

describe("nn：损失", () => {
  it("交叉熵对分数的梯度是 softmax − 目标，除以样本数", () => {
    const z = tensor([
      [1, 2, 0.5],
      [0.1, -3, 2],
    ]);
    const g = grad((t: Tensor) => nn.crossEntropy(t, [2, 0]))(z);
    const onehot = tensor([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    near(g, mul(0.5, sub(nn.softmax(z), onehot)));
    near(nn.crossEntropy(transpose(z), [2, 0], { axis: 0 }), nn.crossEntropy(z, [2, 0]));
    assert.throws(() => nn.crossEntropy(z, [0, 1, 2]), /TIDU-NN-006/);
    assert.throws(() => nn.crossEntropy(z, [0, 3]), /TIDU-INDEX-003/);
    assert.throws(() => nn.crossEntropy(z, [0, -1]), /TIDU-INDEX-003/);
    assert.throws(() => nn.crossEntropy(z, tensor([0, -1], "int32")), /TIDU-INDEX-003/);
  });

  it("重合的点、零向量处没有 NaN", () => {
    const g = grad((a: Tensor) => nn.contrastive(a, [[1, 2]], [false]))([[1, 2]]);
    assert.deepEqual(g.toArray(), [[0, 0]]);
    assert.equal(nn.cosineSimilarity([0, 0], [1, 2]).item(), 0);
    const h = grad((a: Tensor) => nn.cosineSimilarity(a, [1, 2]))([0, 0]).toArray<number[]>();
    assert.ok(h.every(Number.isFinite));
    assert.deepEqual(
      grad((p: Tensor) => nn.klDivergence(p, [0.5, 0.5]))([0, 1])
        .toArray<number[]>()
        .map(Number.isFinite),
      [true, true],
    );
    assert.throws(() => nn.mse([1, 2], [[1], [2]]), /TIDU-LOSS-002.*mse/);
  });

  it("合页与 maxout 在拐点处按约定：0 与均分", () => {
    assert.equal(
      grad((z: Tensor) => nn.hinge(z, [1]))([1])
        .at(0)
        .item() + 0,
      0,
    );
    assert.deepEqual(grad((x: Tensor) => sum(nn.maxout(x, 2)))([3, 3, 1, 2]).toArray(), [0.5, 0.5, 0, 1]);
  });
});
