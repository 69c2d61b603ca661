import { scope, type Tensor } from "@tidu/kernel-lib";
import { median } from "./result.js";

/** kernel-lib 的 webgpu 设备里计时要用到的部分。 */
export interface GpuDevice {
  readonly gpu: {
    readonly gpu: GPUDevice;
    readonly pool: { allocate(bytes: number): unknown; free(array: unknown): void };
    dispatch(d: {
      code: string;
      inputs: readonly unknown[];
      outputs: readonly unknown[];
      groups: number;
    }): void;
    flush(): void;
  };
}

/** 朴素的拷贝核：每个线程搬 16 字节。它的带宽就是这块 GPU 上流式读写的上限。 */
const copyCode = `@group(0) @binding(0) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> target_: array<vec4<f32>>;
@group(0) @binding(2) var<uniform> unused: array<vec4<i32>, 16>;
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) wid: vec3<u32>, @builtin(num_workgroups) nwg: vec3<u32>,
        @builtin(local_invocation_index) lid: u32) {
  let i = (wid.y * nwg.x + wid.x) * 256u + lid;
  if (i < arrayLength(&target_) + u32(unused[0].x)) { target_[i] = source[i]; }
}`;

/** 把 bytes 字节从一块显存搬到另一块（读写各 bytes）。 */
export function copier(device: GpuDevice, bytes: number): () => void {
  const [from, to] = [device.gpu.pool.allocate(bytes), device.gpu.pool.allocate(bytes)];
  const groups = Math.ceil(bytes / 16 / 256);
  return () => device.gpu.dispatch({ code: copyCode, inputs: [from], outputs: [to], groups });
}

async function finished(device: GpuDevice): Promise<void> {
  device.gpu.flush();
  await device.gpu.gpu.queue.onSubmittedWorkDone();
}

/** GPU 自己的秒表：在命令队列里记下时刻。 */
export interface GpuClock {
  /** 排在已提交的命令之后，做完它们时记下第 i 个时刻（i 是 0 或 1）。 */
  mark(i: 0 | 1): void;
  /** 两个时刻相差多少毫秒。 */
  elapsed(): Promise<number>;
}

/** 设备有 timestamp-query 时的秒表，没有时是 null（用墙上时间）。 */
export function gpuClock(device: GpuDevice): GpuClock | null {
  const { gpu } = device.gpu;
  if (!gpu.features.has("timestamp-query")) return null;
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 });
  const resolved = gpu.createBuffer({ size: 16, usage: 0x200 | 0x4 });
  const staging = gpu.createBuffer({ size: 16, usage: 0x1 | 0x8 });
  return {
    mark: (i) => {
      device.gpu.flush();
      const encoder = gpu.createCommandEncoder();
      encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: i } }).end();
      gpu.queue.submit([encoder.finish()]);
    },
    elapsed: async () => {
      const encoder = gpu.createCommandEncoder();
      encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
      encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
      gpu.queue.submit([encoder.finish()]);
      await staging.mapAsync(0x1);
      const [from, to] = new BigUint64Array(staging.getMappedRange()) as unknown as [bigint, bigint];
      const ms = Number(to - from) / 1e6;
      staging.unmap();
      return ms;
    },
  };
}

/**
 * 连续派发 n 次，一次多少毫秒。有秒表时取 GPU 上从头到尾的时间，不含主机的提交与等待（主机派发跟不上时 GPU 空等的仍算在内）；
 * 没有时取墙上时间，次数多，那些开销可以略去。
 */
export async function spend(
  device: GpuDevice,
  run: () => unknown,
  n: number,
  clock: GpuClock | null,
): Promise<number> {
  await finished(device);
  const begin = performance.now();
  clock?.mark(0);
  for (let i = 0; i < n; i++) scope(() => void run());
  clock?.mark(1);
  await finished(device);
  const wall = performance.now() - begin;
  const own = clock ? await clock.elapsed() : 0;
  // 时刻的刻度可能粗到 0.1 毫秒，有的驱动还会记 0；那样就不用它。
  return (own > 1 && own <= wall ? own : wall) / n;
}

/** 各方轮流跑，每轮每方约 slice 毫秒，取各轮的中位数（毫秒）。 */
export async function interleaveGpu<K extends string>(
  device: GpuDevice,
  contenders: Readonly<Record<K, (() => unknown) | null>>,
  { rounds = 7, slice = 120 } = {},
): Promise<Record<K, number | null>> {
  const names = Object.keys(contenders) as K[];
  const counts = new Map<K, number>();
  const times = new Map<K, number[]>();
  const clock = gpuClock(device);
  for (const name of names) {
    const run = contenders[name];
    if (!run) continue;
    // 头两次含编译着色器与分配显存。
    await spend(device, run, 2, clock);
    counts.set(name, Math.max(3, Math.min(2000, Math.ceil(slice / (await spend(device, run, 3, clock))))));
    times.set(name, []);
  }
  for (let r = 0; r < rounds; r++) {
    for (const name of names) {
      const run = contenders[name];
      if (run) times.get(name)!.push(await spend(device, run, counts.get(name)!, clock));
    }
  }
  const result = {} as Record<K, number | null>;
  for (const name of names) result[name] = times.has(name) ? median(times.get(name)!) : null;
  return result;
}

/** 各输出取回来。 */
export async function fetchAll(y: Tensor | readonly Tensor[]): Promise<number[][]> {
  const list = Array.isArray(y) ? (y as Tensor[]) : [y as Tensor];
  return Promise.all(list.map(async (t) => Array.from((await t.data()) as ArrayLike<number>)));
}
