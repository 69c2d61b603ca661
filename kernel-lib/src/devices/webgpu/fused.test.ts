import assert from "node:assert/strict";
import { ArrayTensor } from "../../tensor.js";
import type { Device } from "../device.js";
import { testGpu } from "../software-gpu.js";

/** 可重现、无规律的数。 */
function noise(n: number, seed: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) * 1.7);
}

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const bound = tolerance * Math.max(1, Math.abs(expected[i]!));
    const gap = Math.abs(actual[i]! - expected[i]!);
    assert.ok(gap <= bound, `${what}[${i}]：${actual[i]}，应为 ${expected[i]}`);
  }
}

describe("webgpu：融合核", () => {
  let gpu: Device;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found;
  });

  const on = (data: Float32Array, shape: number[]): ArrayTensor =>
    new ArrayTensor(gpu, gpu.upload(data, "float32"), shape, "float32");

  // 独立的真值：按定义逐个元素用 float64 算。
  for (const n of [1, 3, 4, 255, 1023, 1025, 300_001]) {
    it(`Huber：${n} 个元素`, async () => {
      const delta = 0.8;
      const [p, t] = [noise(n, 1), noise(n, 2)];
      let loss = 0;
      const gradient = Array.from(p, (v, i) => {
        const e = v - t[i]!;
        loss += Math.abs(e) <= delta ? (e * e) / 2 : delta * (Math.abs(e) - delta / 2);
        return Math.abs(e) <= delta ? e : delta * Math.sign(e);
      });
      const [sum, g] = gpu.fused!("huber", [on(p, [n]), on(t, [n])], {
        delta,
        scale: 0.5,
        gradient: true,
      })!;
      assert.deepEqual(sum!.shape, []);
      assert.deepEqual(g!.shape, [n]);
      near(await sum!.data(), [0.5 * loss], 2e-6, "损失之和");
      near(
        await g!.data(),
        gradient.map((v) => 0.5 * v),
        2e-6,
        "梯度",
      );
      const [only] = gpu.fused!("huber", [on(p, [n]), on(t, [n])], { delta, scale: 1, gradient: false })!;
      near(await only!.data(), [loss], 2e-6, "只要损失");
    });
  }

  it("Huber：NaN 传到损失与它自己的梯度，不影响别的元素", async () => {
    const p = Float32Array.of(1, Number.NaN, 5, 0);
    const [sum, g] = gpu.fused!("huber", [on(p, [4]), on(new Float32Array(4), [4])], {
      delta: 1,
      scale: 1,
      gradient: true,
    })!;
    assert.ok(Number.isNaN((await sum!.data())[0]));
    assert.deepEqual([...(await g!.data())], [1, Number.NaN, 1, 0]);
  });

  it("Huber：形状不同、没有元素时不接手", () => {
    const params = { delta: 1, scale: 1, gradient: true };
    assert.equal(gpu.fused!("huber", [on(noise(2, 1), [2]), on(noise(1, 1), [1])], params), null);
    assert.equal(gpu.fused!("huber", [on(noise(0, 1), [0]), on(noise(0, 1), [0])], params), null);
  });

  for (const distance of ["squared", "euclidean"]) {
    for (const [rows, width] of [
      [1, 1],
      [5, 3],
      [7, 64],
      [3, 257],
      [2, 2500],
      [300, 17],
      [33, 128],
      [2, 4100],
    ] as const) {
      it(`三元组（${distance}）：${rows}×${width}`, async () => {
        const margin = 0.3;
        const [a, p, n] = [noise(rows * width, 3), noise(rows * width, 4), noise(rows * width, 5)];
        // 头两行放特殊情形：a = p；合页不起作用。
        for (let d = 0; d < width && rows > 2; d++) {
          p[d] = a[d]!;
          n[width + d] = a[width + d]! + 50;
        }
        const truth = tripletTruth(a, p, n, rows, width, margin, distance === "squared");
        const shape = [rows, width];
        const outputs = gpu.fused!("triplet", [on(a, shape), on(p, shape), on(n, shape)], {
          margin,
          distance,
          scale: 1,
          gradient: true,
        })!;
        assert.deepEqual(
          outputs.map((y) => y.shape),
          [[], shape, shape, shape],
        );
        for (const [k, what] of ["损失", "ga", "gp", "gn"].entries()) {
          near(await outputs[k]!.data(), truth[k]!, 2e-5, what);
        }
      });
    }
  }
});

function tripletTruth(
  a: Float32Array,
  p: Float32Array,
  n: Float32Array,
  rows: number,
  width: number,
  margin: number,
  squared: boolean,
): number[][] {
  const out: number[][] = [[0], [], [], []];
  for (let r = 0; r < rows; r++) {
    let dp = 0;
    let dn = 0;
    for (let i = r * width; i < (r + 1) * width; i++) {
      dp += (a[i]! - p[i]!) ** 2;
      dn += (a[i]! - n[i]!) ** 2;
    }
    const z = squared ? dp - dn + margin : Math.sqrt(dp) - Math.sqrt(dn) + margin;
    out[0]![0]! += Math.max(0, z);
    const slope = (d: number): number => (z <= 0 ? 0 : squared ? 2 : d === 0 ? 0 : 1 / Math.sqrt(d));
    for (let i = r * width; i < (r + 1) * width; i++) {
      const up = slope(dp) * (a[i]! - p[i]!);
      const down = slope(dn) * (a[i]! - n[i]!);
      out[1]!.push(up - down);
      out[2]!.push(-up);
      out[3]!.push(down);
    }
  }
  return out;
}
