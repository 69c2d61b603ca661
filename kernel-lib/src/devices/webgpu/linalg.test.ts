import assert from "node:assert/strict";
import {
  argsort,
  cholesky,
  det,
  inv,
  key,
  logdet,
  matmul,
  normal,
  solve,
  type Tensor,
  to,
  triangularSolve,
} from "../../index.js";
import { testGpu } from "../software-gpu.js";
import { wholeAtMost } from "./elimination.js";

const gpu = (x: Tensor | number[][]): Tensor => to(x, "webgpu");

/** 随机方阵加上对角线，条件数不大。 */
function well(seed: number, shape: readonly number[]): Tensor {
  const n = shape.at(-1)!;
  const eye = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  return normal(key(seed), shape).div(Math.sqrt(n)).add(to(eye, "cpu").mul(2.5));
}

/** 与 cpu 的 float64 相比的最大误差，以结果里最大的数为单位。 */
async function distance(actual: Tensor, expected: Tensor): Promise<number> {
  assert.equal(actual.device, "webgpu");
  assert.deepEqual(actual.shape, expected.shape);
  const [a, b] = [await actual.data(), await expected.data()];
  let [worst, largest] = [0, 1e-30];
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]!));
    worst = Math.max(worst, Number.isNaN(a[i]!) ? Infinity : Math.abs(a[i]! - b[i]!));
  }
  return worst / largest;
}

describe("webgpu：线性代数与排序", () => {
  before(async function () {
    if (!(await testGpu())) this.skip();
  });

  // 1、不足一个工作组、跨过分块的门槛且不是块宽的倍数。
  const sizes = [1, 5, 33, wholeAtMost + 1];

  for (const n of sizes) {
    it(`${n} 阶：solve、inv、det、logdet、cholesky、triangularSolve 与 cpu 一致`, async () => {
      const a = well(n, n > 100 ? [n, n] : [3, n, n]);
      const b = normal(key(n + 1), [n, 3]);
      const tolerance = 2e-5;
      assert.ok((await distance(solve(gpu(a), b), solve(a, b))) < tolerance);
      assert.ok((await distance(inv(gpu(a)), inv(a))) < tolerance);
      assert.ok((await distance(logdet(gpu(a)), logdet(a))) < tolerance);
      if (n <= 33) assert.ok((await distance(det(gpu(a)), det(a))) < tolerance);
      const positive = matmul(a, a.transpose(a.rank === 2 ? [1, 0] : [0, 2, 1]));
      assert.ok((await distance(cholesky(gpu(positive)), cholesky(positive))) < tolerance);
      for (const lower of [true, false]) {
        for (const transposed of [true, false]) {
          const options = { lower, transpose: transposed };
          const expected = triangularSolve(a.add(0), b, options);
          assert.ok((await distance(triangularSolve(gpu(a), b, options), expected)) < 1e-4);
        }
      }
    });
  }

  it("右端与方阵的批各自广播", async () => {
    const a = well(7, [4, 1, 3, 3]);
    const b = normal(key(8), [2, 3, 5]);
    assert.ok((await distance(solve(gpu(a), b), solve(a, b))) < 1e-5);
    assert.ok((await distance(triangularSolve(gpu(a), b), triangularSolve(a, b))) < 1e-5);
  });

  it("奇异：solve 得 NaN，det 得 0，logdet 得 −∞；不正定：cholesky 得 NaN，同批其余的矩阵不受影响", async () => {
    const singular = gpu([
      [1, 2],
      [2, 4],
    ]);
    assert.ok((await solve(singular, [1, 1]).data()).some(Number.isNaN));
    assert.equal(Math.abs((await det(singular).data())[0]!), 0);
    assert.deepEqual([...(await logdet(singular).data())], [-Infinity]);
    const pair = gpu([
      [1, 2, 2, 1],
      [4, 0, 0, 9],
    ]).reshape([2, 2, 2]);
    assert.deepEqual([...(await cholesky(pair).data())], [NaN, NaN, NaN, NaN, 2, 0, 0, 3]);
  });

  it("行列式：中间的积溢出而结果不溢出时照样得到结果；空矩阵得 1", async () => {
    const scaled = gpu(
      [1e30, 1e30, 1e-30, 1e-30, -3].map((v, i) => [0, 1, 2, 3, 4].map((j) => (i === j ? v : 0))),
    );
    assert.ok(Math.abs((await det(scaled).data())[0]! + 3) < 1e-5);
    const huge = gpu([
      [1e30, 0],
      [0, -1e30],
    ]);
    assert.deepEqual([...(await det(huge).data())], [-Infinity]);
    const empty = to(new Float64Array(0), "webgpu").reshape([0, 0]);
    assert.deepEqual([...(await det(empty).data())], [1]);
  });

  it("argsort 稳定，NaN 在最后，−0 与 0 并列；与 cpu 逐个相同", async () => {
    const odd = [3, NaN, -0, 0, -Infinity, 0, -0, NaN, Infinity, 1e-40, -1e-40, 3];
    assert.deepEqual([...(await argsort(to(odd, "webgpu")).data())], argsort(odd).toArray());
    // 一个工作组排得下的、跨工作组的、正好是 2 的幂的；有许多并列。
    for (const [shape, axis] of [
      [[1], 0],
      [[0], 0],
      [[4, 7, 5], 1],
      [[3, 2048], 1],
      [[5000, 2], 0],
      [[2, 8192], 1],
    ] as const) {
      const x = normal(key(shape[0]!), shape).mul(20).round();
      assert.deepEqual(
        await argsort(to(x, "webgpu"), axis).data(),
        await argsort(x, axis).data(),
        `${shape}`,
      );
    }
    const whole = Int32Array.of(5, -2147483648, 2147483647, -1, 0, 5);
    assert.deepEqual([...(await argsort(to(whole, "webgpu")).data())], [1, 3, 4, 0, 5, 2]);
  });
});
