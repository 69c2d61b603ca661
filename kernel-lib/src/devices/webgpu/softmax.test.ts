import assert from "node:assert/strict";
import {
  grad,
  hessian,
  hvp,
  jit,
  key,
  logSoftmax,
  mul,
  normal,
  softmax,
  split,
  sum,
  type Tensor,
  tensor,
  to,
  toDevice,
  valueAndGrad,
  vmap,
} from "../../index.js";
import { ArrayTensor } from "../../tensor.js";
import { testGpu } from "../software-gpu.js";
import type { WebGpuDevice } from "./device.js";

function near(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 3e-6): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Number.isNaN(e) && Number.isNaN(a)) continue;
    assert.ok(Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e)), `${what}[${i}]：${a}，应为 ${e}`);
  }
}

/** 定义，逐行用 float64 算。 */
function truth(x: ArrayLike<number>, width: number): number[] {
  const out: number[] = [];
  for (let r = 0; r < x.length; r += width) {
    const row = Array.from({ length: width }, (_, k) => x[r + k]!);
    const m = Math.max(...row);
    const e = row.map((v) => Math.exp(v - m));
    const s = e.reduce((a, b) => a + b);
    out.push(...e.map((v) => v / s));
  }
  return out;
}

describe("webgpu：softmax 的融合核", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  const on = (data: Float32Array, shape: number[]): Tensor =>
    new ArrayTensor(gpu, gpu.upload(data, "float32"), shape, "float32");
  const noise = (n: number): Float32Array =>
    Float32Array.from({ length: n }, (_, i) => 4 * Math.sin(i * 12.9898 + 1.3));

  // 一个线程一行、几个线程一行（vec4）、整组一行而不整除、长得要分趟重读。
  const sizes = [
    [5, 3],
    [70, 64],
    [3, 1023],
    [64, 8196],
  ] as const;
  for (const [rows, width] of sizes) {
    it(`${rows}×${width} 等于定义`, async () => {
      const x = noise(rows * width);
      const p = truth(x, width);
      near(await softmax(on(x, [rows, width])).data(), p, "softmax");
      const logs = await logSoftmax(on(x, [rows, width])).data();
      near(logs, p.map(Math.log), "logSoftmax", 3e-6);
      const w = noise(rows * width).map((v) => v / 3);
      const g = grad((y: Tensor) => sum(mul(softmax(y), on(w, [rows, width]))))(on(x, [rows, width]));
      const h = grad((y: Tensor) => sum(mul(logSoftmax(y), on(w, [rows, width]))))(on(x, [rows, width]));
      const [gs, hs]: [number[], number[]] = [[], []];
      for (let r = 0; r < rows; r++) {
        let [d, t] = [0, 0];
        for (let i = r * width; i < (r + 1) * width; i++) {
          d += p[i]! * w[i]!;
          t += w[i]!;
        }
        for (let i = r * width; i < (r + 1) * width; i++) {
          gs.push(p[i]! * (w[i]! - d));
          hs.push(w[i]! - p[i]! * t);
        }
      }
      near(await g.data(), gs, "softmax 的梯度", 1e-5);
      near(await h.data(), hs, "logSoftmax 的梯度", 1e-5);
    });
  }

  it("大分数、−∞ 与 NaN 和 cpu 一致", async () => {
    const x = [
      [1e4, -1e4, 9999],
      [-1e4, -1e4, -1e4],
      [-Infinity, 0, 1],
      [Number.NaN, 0, 1],
      [-Infinity, -Infinity, -Infinity],
      [Infinity, 0, 1],
    ];
    near(await softmax(to(x, "webgpu")).data(), await softmax(x).data(), "softmax");
    const finite = x.slice(0, 2);
    near(await logSoftmax(to(finite, "webgpu")).data(), await logSoftmax(finite).data(), "logSoftmax");
  });

  it("即时与 jit 里都只派发融合核", async () => {
    const x = await toDevice(normal(key(1), [6, 50]), "webgpu");
    const count = (f: () => unknown): number => {
      f();
      const start = gpu.gpu.dispatched;
      f();
      return gpu.gpu.dispatched - start;
    };
    assert.equal(
      count(() => softmax(x)),
      1,
    );
    const f = jit((y: Tensor) => softmax(y));
    assert.equal(
      count(() => f(x)),
      1,
    );
    // 值、梯度：softmax、乘与求和、伴随乘 w、反向。
    const g = jit(valueAndGrad((y: Tensor) => sum(mul(softmax(y), y))));
    assert.ok(count(() => g(x)) <= 5);
  });

  it("二阶、前向模式、vmap 与 cpu 一致", async () => {
    const [x, v] = split(key(2)).map((k) => normal(k, [4, 5])) as [Tensor, Tensor];
    const there = await Promise.all([x, v].map((t) => toDevice(t, "webgpu")));
    for (const f of [softmax, logSoftmax]) {
      const loss = (y: Tensor): Tensor => sum(mul(f(y), mul(y, y)));
      near(await hessian(loss)(there[0]!).data(), await hessian(loss)(x).data(), "hessian", 2e-5);
      near(await hvp(loss)(there[0]!, there[1]!).data(), await hvp(loss)(x, v).data(), "hvp", 2e-5);
      near(await jit(hvp(loss))(there[0]!, there[1]!).data(), await hvp(loss)(x, v).data(), "jit(hvp)", 2e-5);
      near(await vmap(grad(loss))(there[0]!).data(), await vmap(grad(loss))(x).data(), "vmap", 2e-5);
    }
  });

  it("别的轴走组合的写法", async () => {
    const x = normal(key(3), [3, 4, 5]);
    const there = await toDevice(x, "webgpu");
    for (const axis of [0, 1, [1, 2]]) {
      near(await softmax(there, axis).data(), await softmax(x, axis).data(), `轴 ${axis}`);
    }
    near(await softmax(to([3], "webgpu")).data(), [1], "一个元素");
    assert.equal(tensor([1, 2]).softmax().device, "cpu");
  });
});
