import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { add, mul, scope, sum, type Tensor, TiduError, to } from "../../index.js";
import { ArrayTensor } from "../../tensor.js";
import { testGpu } from "../software-gpu.js";
import { BufferPool, type GpuArray } from "./buffers.js";
import { GpuContext } from "./context.js";
import { WebGpuDevice } from "./device.js";

const withId = (id: string) => (e: unknown) => e instanceof TiduError && e.id === id;
const library = new URL("../../index.js", import.meta.url).href;

/** 在新的进程里跑：设备的失效与缺省设备是整个进程的事。 */
function run(body: string, env: Record<string, string> = {}): string {
  const script = `import * as t from ${JSON.stringify(library)};\n${body}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

describe("webgpu：出错与恢复", () => {
  let gpu: WebGpuDevice;

  before(async function () {
    const found = await testGpu();
    if (!found) return this.skip();
    gpu = found as WebGpuDevice;
  });

  /** 另一块只供一个测试折腾的设备。 */
  async function another(requiredLimits = {}): Promise<WebGpuDevice> {
    const adapter = await (gpu.gpu.roots[0] as GPU).requestAdapter();
    const own = await adapter!.requestDevice({ requiredLimits });
    return new WebGpuDevice(new GpuContext(own, gpu.gpu.roots));
  }

  const vector = (own: WebGpuDevice, data: readonly number[]): ArrayTensor =>
    new ArrayTensor(own, own.upload(Float32Array.from(data), "float32"), [data.length], "float32");

  it("设备失效：旧张量报 TIDU-GPU-004，重新打开后缺省设备换成新的，新旧混用报 TIDU-DEV-008", () => {
    const output = run(`
      const first = await t.useDevice("webgpu");
      const old = t.tensor([1, 2]);
      first.gpu.gpu.destroy();
      await first.gpu.gpu.lost;
      const id = (f) => { try { f(); return "没有抛"; } catch (e) { return e.id; } };
      const before = [id(() => old.add(1)), id(() => t.tensor([1])), await old.data().catch((e) => e.id)];
      const [a, b] = await Promise.all([t.device("webgpu"), t.device("webgpu")]);
      const fresh = t.tensor([3, 4]);
      const after = [a === b, a !== first, t.defaultDevice() === a, id(() => old.add(fresh)), String(await fresh.add(1).data())];
      console.log(JSON.stringify([...before, ...after]));
    `);
    const gone = ["TIDU-GPU-004", "TIDU-GPU-004", "TIDU-GPU-004"];
    assert.deepEqual(JSON.parse(output), [...gone, true, true, true, "TIDU-DEV-008", "4,5"]);
  });

  it("没有适配器：TIDU-DEV-005，说明缺什么", () => {
    const output = run(`console.log((await t.device("webgpu").catch((e) => e)).message)`, {
      VK_ICD_FILENAMES: "/没有这个驱动.json",
      VK_DRIVER_FILES: "/没有这个驱动.json",
    });
    assert.match(output, /^TIDU-DEV-005：设备 webgpu 用不了：WebGPU 找不到 GPU/);
  });

  it("释放之后再用、再读：TIDU-GPU-006，别的计算不受影响", async () => {
    const own = await another();
    let leaked: Tensor | null = null;
    scope(() => {
      leaked = mul(vector(own, [1, 2]), 2);
    });
    assert.throws(() => add(leaked!, 1), withId("TIDU-GPU-006"));
    await assert.rejects(leaked!.data(), withId("TIDU-GPU-006"));
    assert.deepEqual([...(await mul(vector(own, [1, 2]), 3).data())], [3, 6]);
  });

  it("正好到上限的张量放得下，多一个元素是 TIDU-GPU-002；分档不会把前者推过上限", async () => {
    const limit = 2 ** 27 - 20;
    const pool = new BufferPool(fakeGpu(limit), () => {});
    assert.equal(pool.allocate(limit).live.size, limit);
    assert.throws(() => pool.allocate(limit + 4), withId("TIDU-GPU-002"));
  });

  it("缓冲区池：按档重用，空闲的不超过上限，最久没用的先销毁，要时可以全部销毁", () => {
    let flushed = 0;
    const pool = new BufferPool(fakeGpu(2 ** 20), () => flushed++, 4096);
    const take = (n: number): GpuArray[] => Array.from({ length: n }, () => pool.allocate(1000));
    const arrays = take(6);
    const [first, last] = [arrays[0]!.live, arrays[5]!.live];
    for (const a of arrays) {
      pool.free(a);
      pool.batch++;
    }
    assert.equal(pool.liveBytes, 0);
    assert.equal(pool.idleBytes, 4096);
    assert.ok(flushed > 0);
    assert.equal((first as unknown as FakeBuffer).destroyed, true);
    const reused = pool.allocate(1024).live;
    assert.equal(reused, last);
    pool.trim();
    assert.equal(pool.idleBytes, 0);
    assert.equal((reused as unknown as FakeBuffer).destroyed, false);
  });

  it("显存不够时先把空闲的缓冲区都还掉", async () => {
    const own = await another();
    scope(() => void mul(vector(own, new Array(5000).fill(1)), 2));
    assert.ok(own.gpu.pool.idleBytes > 0);
    class GPUOutOfMemoryError extends Error {}
    const error = new GPUOutOfMemoryError("Out of memory");
    own.gpu.gpu.dispatchEvent(Object.assign(new Event("uncapturederror"), { error }));
    assert.equal(own.gpu.pool.idleBytes, 0);
    assert.throws(() => own.gpu.check(), withId("TIDU-GPU-003"));
    assert.deepEqual([...(await mul(vector(own, [1, 2]), 3).data())], [3, 6]);
  });

  it("一维 1680 万个元素（六万五千多个工作组，超过一个轴的上限）：逐元素、切片与约简都对", async () => {
    const n = 16_800_000;
    const [total, tail] = scope(() => {
      const y = add(to(new Float32Array(n).fill(1), "webgpu"), 1);
      return [sum(y), y.slice([n - 3], [3])];
    });
    assert.equal((await total.data())[0], 2 * n);
    assert.deepEqual([...(await tail.data())], [2, 2, 2]);
  });
});

interface FakeBuffer {
  destroyed: boolean;
}

function fakeGpu(limit: number): GPUDevice {
  return {
    limits: { maxBufferSize: limit, maxStorageBufferBindingSize: limit },
    createBuffer: ({ size }: { size: number }) => ({
      size,
      destroyed: false,
      destroy() {
        this.destroyed = true;
      },
    }),
  } as unknown as GPUDevice;
}
