import assert from "node:assert/strict";
import { key, matmul, normal, split, type Tensor, toDevice, transpose } from "../../index.js";
import { ArrayTensor } from "../../tensor.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";
import { matmul as kernel, type MatmulParams } from "./matmul.js";

describe("webgpu：矩阵乘法的核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  /** 转置前的样子交给核，真值由 cpu 的 float64 算。 */
  async function check(m: number, k: number, n: number, params: MatmulParams, lead: number[] = []) {
    const [ka, kb] = split(key(m + 3 * k + 7 * n)) as [Tensor, Tensor];
    const a = normal(ka, [...lead, ...(params.flipA ? [k, m] : [m, k])]);
    const b = normal(kb, params.flipB ? [n, k] : [k, n]);
    const swap = (x: Tensor): Tensor =>
      transpose(x, x.rank === 2 ? [1, 0] : [...lead.map((_, i) => i), lead.length + 1, lead.length]);
    const truth = await matmul(params.flipA ? swap(a) : a, params.flipB ? swap(b) : b).data();
    const [x, y] = (await Promise.all([a, b].map((t) => toDevice(t, "webgpu")))).map((t) => t.concrete());
    const shape = [...lead, m, n];
    const buffer = kernel(gpu.gpu, [x!, y!], params, { shape, dtype: "float32" });
    const actual = await new ArrayTensor(gpu, buffer, shape, "float32").data();
    const bound = 3e-6 * Math.sqrt(k) * 4;
    for (let i = 0; i < truth.length; i++) {
      const gap = Math.abs(actual[i]! - truth[i]!);
      assert.ok(
        gap <= bound,
        `${[m, k, n]} ${JSON.stringify(params)} [${i}]：${actual[i]}，应为 ${truth[i]}`,
      );
    }
  }

  const flips = [
    {},
    { flipA: true },
    { flipB: true },
    { flipA: true, flipB: true },
  ] as const satisfies MatmulParams[];

  // 是不是 4 的倍数决定走 vec4 还是逐个读；行、列、内侧都试。
  const aligned = [40, 20, 36] as const;
  const odd = [37, 21, 39] as const;
  it("块 32：四种转置，长度是与不是 4 的倍数，不整除块", async () => {
    for (const flip of flips)
      for (const [m, k, n] of [aligned, odd]) await check(m, k, n, { ...flip, tile: 32 });
  });

  it("块 64 与 128：不整除块，跨几块", async () => {
    await check(...odd, { tile: 64, flipA: true, flipB: true });
    await check(68, 20, 132, { tile: 64 });
    await check(132, 12, 140, { tile: 128 });
  });

  it("极小、极长的内侧（切段相加）、成批与广播", async () => {
    await check(1, 1, 1, {});
    await check(2, 5000, 3, {});
    await check(4, 4096, 8, { flipA: true });
    await check(5, 3000, 4, { flipB: true }, [3]);
    await check(7, 0, 5, {});
    await check(9, 33, 10, {}, [2, 3]);
  });
});
