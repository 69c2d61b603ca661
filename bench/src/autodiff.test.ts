import assert from "node:assert/strict";
import { huberByHand, huberByTidu } from "./autodiff-huber.js";
import { handContender, tfjsContender, tiduContender } from "./autodiff-mlp.js";
import { loadTfjs } from "./autodiff-tfjs.js";
import { interleave } from "./rounds.js";

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    assert.ok(Math.abs(a - e) <= tolerance, `第 ${i} 个元素 ${a} ≠ ${e}`);
  }
}

describe("bench autodiff", () => {
  it("手写、jit、逐个原语走三步后的参数相同", async () => {
    const expected = await handContender().check();
    assert.equal(expected.length, 4 * 16 + 16 + 16 + 1);
    close(await tiduContender(true).check(), expected, 1e-13);
    close(await tiduContender(false).check(), expected, 1e-13);
  });

  it("tfjs 的两个后端也相同（单精度）", async function () {
    const tf = await loadTfjs();
    if (!tf) return this.skip();
    const expected = await handContender().check();
    for (const backend of ["cpu", "wasm"] as const) {
      const contender = await tfjsContender(tf, backend);
      if (!contender) return this.skip();
      close(await contender.check(), expected, 1e-5);
    }
  });

  it("Huber 梯度就是把误差夹到 [−1, 1]", async () => {
    for (const dtype of ["float64", "float32"] as const) {
      close(await huberByTidu(dtype, true).check(), await huberByHand(dtype).check(), 0);
    }
  });

  it("轮流计时：慢的一方确实更慢，缺席的一方是 null", async () => {
    const spin = (n: number) => () => {
      let x = 0;
      for (let i = 0; i < n; i++) x += Math.sqrt(i);
      return x;
    };
    const t = await interleave(
      { fast: { run: spin(1_000) }, slow: { run: spin(50_000) }, absent: null },
      { rounds: 5, slice: 5, warmup: 20 },
    );
    assert.equal(t.absent, null);
    assert.ok(t.slow! > 5 * t.fast!, JSON.stringify(t));
  });
});
