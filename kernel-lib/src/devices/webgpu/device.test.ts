import assert from "node:assert/strict";
import {
  add,
  device,
  exp,
  jit,
  matmul,
  mul,
  relu,
  scope,
  sub,
  sum,
  type Tensor,
  TiduError,
  tanh,
  tensor,
  to,
  toDevice,
} from "../../index.js";
import { ArrayTensor } from "../../tensor.js";
import { testGpu } from "../software-gpu.js";
import { GpuContext } from "./context.js";
import { WebGpuDevice } from "./device.js";
import { scatterAdd } from "./gather.js";

const withId = (id: string) => (e: unknown) => e instanceof TiduError && e.id === id;

describe("webgpu 设备", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  it("打开一次之后可以同步地放上去，取回要异步", async () => {
    const x = to([1, 2, 3], "webgpu");
    assert.equal(x.device, "webgpu");
    assert.equal(x.dtype, "float32");
    assert.throws(() => x.toArray(), withId("TIDU-READ-002"));
    assert.deepEqual((await toDevice(x, "cpu")).toArray(), [1, 2, 3]);
  });

  it("cpu 上的数与数组自动搬到另一个操作数所在的 GPU", async () => {
    const y = add(mul(to([1, 2], "webgpu"), 3), tensor([10, 20]));
    assert.equal(y.device, "webgpu");
    assert.deepEqual([...(await y.data())], [13, 26]);
  });

  it("一条逐元素链加末尾的约简融合成一个核", async () => {
    const f = jit((x: Tensor, y: Tensor) => sum(mul(tanh(sub(x, y)), exp(mul(x, 0.1))), 1));
    const [a, b] = [to([[1, 2, 3]], "webgpu"), to([[0.5, 1, 4]], "webgpu")];
    f(a, b);
    const start = gpu.gpu.dispatched;
    const y = await f(a, b).data();
    assert.equal(gpu.gpu.dispatched - start, 1);
    let truth = 0;
    for (const [p, q] of [
      [1, 0.5],
      [2, 1],
      [3, 4],
    ] as const)
      truth += Math.tanh(p - q) * Math.exp(0.1 * p);
    assert.ok(Math.abs(y[0]! - truth) < 1e-5);
  });

  it("jit 的中间结果用完即还：反复执行不增加显存", async () => {
    const f = jit((x: Tensor, w: Tensor) => relu(matmul(relu(matmul(x, w)), w)));
    const [x, w] = [to(new Float64Array(64), "webgpu"), to(new Float64Array(64), "webgpu")].map(
      (t) => new ArrayTensor(gpu, t.concrete().buffer, [8, 8], "float32"),
    );
    const run = () => scope(() => void f(x!, w!));
    run();
    const before = gpu.gpu.pool.liveBytes;
    for (let i = 0; i < 50; i++) run();
    assert.equal(gpu.gpu.pool.liveBytes, before);
  });

  it("scope 释放中间结果，留下返回值；越界使用被拒绝", async () => {
    const x = to(new Float64Array(1000).fill(1), "webgpu");
    const before = gpu.gpu.pool.liveBytes;
    let leaked: Tensor | null = null;
    const y = scope(() => {
      leaked = mul(x, 2);
      return { y: add(leaked, 1) };
    });
    assert.ok(gpu.gpu.pool.liveBytes - before <= 4096 + 2 * 256);
    assert.deepEqual((await y.y.data())[999], 3);
    assert.throws(() => add(leaked!, 1), withId("TIDU-GPU-006"));
  });

  it("归还的缓冲区被马上重用时，还没执行的命令读到的仍是旧数据", async () => {
    const x = to(
      Float64Array.from({ length: 500 }, (_, i) => i),
      "webgpu",
    );
    const kept: Tensor[] = [];
    for (let i = 0; i < 40; i++) {
      kept.push(scope(() => add(mul(x, i), to(new Float64Array(500).fill(i), "webgpu"))));
    }
    for (const [i, y] of kept.entries()) {
      const data = await y.data();
      assert.equal(data[0], i);
      assert.equal(data[499], 499 * i + i);
    }
  });

  it("scatterAdd 的原子累加与逐个扫描结果相同", async () => {
    const n = 4000;
    const indices = to(
      Int32Array.from({ length: n }, (_, i) => (i * 7) % 13),
      "webgpu",
    ).concrete();
    const updates = to(
      Float64Array.from({ length: n }, (_, i) => (i % 5) - 2),
      "webgpu",
    ).concrete();
    const out = { shape: [13], dtype: "float32" as const };
    const results = await Promise.all(
      [0, 2 ** 26].map(async (limit) => {
        const buffer = scatterAdd(gpu.gpu, [indices, updates], { axis: 0, size: 13 }, out, limit);
        return [...(await new ArrayTensor(gpu, buffer, [13], "float32").data())];
      }),
    );
    assert.deepEqual(results[0], results[1]);
    const truth = new Array<number>(13).fill(0);
    for (let i = 0; i < n; i++) truth[(i * 7) % 13]! += (i % 5) - 2;
    assert.deepEqual(results[1], truth);
  });

  it("越界的下标：gather 得 NaN，scatterAdd 忽略", async () => {
    const x = to([1, 2, 3], "webgpu");
    const bad = to(Int32Array.of(0, 7, -1), "webgpu");
    assert.deepEqual([...(await x.gather(bad).data())], [1, Number.NaN, Number.NaN]);
  });

  it("单个张量超过显存限额：TIDU-GPU-002", () => {
    const huge = gpu.gpu.gpu.limits.maxStorageBufferBindingSize;
    const one = to([1], "webgpu");
    assert.throws(() => one.broadcastTo([huge]), withId("TIDU-GPU-002"));
  });

  it("派发超过每个轴的上限：TIDU-GPU-001", () => {
    const out = gpu.gpu.pool.allocate(4);
    const dispatch = { code: "", inputs: [], outputs: [out], groups: [70_000, 1, 1] as const };
    assert.throws(() => gpu.gpu.dispatch(dispatch), withId("TIDU-GPU-001"));
  });

  it("显存不够：TIDU-GPU-003", async () => {
    const x = to([1, 2], "webgpu");
    class GPUOutOfMemoryError extends Error {}
    gpu.gpu.gpu.dispatchEvent(
      Object.assign(new Event("uncapturederror"), { error: new GPUOutOfMemoryError("Out of memory") }),
    );
    await assert.rejects(x.data(), withId("TIDU-GPU-003"));
    assert.deepEqual([...(await x.data())], [1, 2]);
  });

  it("着色器出错：读取时 TIDU-GPU-005，之后恢复正常", async () => {
    const out = gpu.gpu.pool.allocate(4);
    gpu.gpu.dispatch({ code: "不是 WGSL", inputs: [], outputs: [out], groups: 1 });
    await assert.rejects(gpu.read(out, "float32", 1), withId("TIDU-GPU-005"));
    assert.deepEqual([...(await add(to([1], "webgpu"), 1).data())], [2]);
  });

  it("设备失效：TIDU-GPU-004，再打开一次就能用", async () => {
    const adapter = await (gpu.gpu.roots[0] as GPU).requestAdapter();
    const own = new WebGpuDevice(new GpuContext(await adapter!.requestDevice(), gpu.gpu.roots));
    const x = new ArrayTensor(own, own.upload(Float32Array.of(1, 2), "float32"), [2], "float32");
    own.gpu.gpu.destroy();
    await assert.rejects(x.data(), withId("TIDU-GPU-004"));
    assert.throws(() => add(x, 1), withId("TIDU-GPU-004"));
    assert.notEqual(own.lost(), null);
    assert.equal((await device("webgpu")).name, "webgpu");
  });
});
