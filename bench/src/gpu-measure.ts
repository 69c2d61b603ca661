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

/** 连续派发 n 次的墙上时间（毫秒一次）；次数多，派发与等待的开销可以略去。 */
async function spend(device: GpuDevice, run: () => unknown, n: number): Promise<number> {
  await finished(device);
  const begin = performance.now();
  for (let i = 0; i < n; i++) scope(() => void run());
  await finished(device);
  return (performance.now() - begin) / n;
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
  for (const name of names) {
    const run = contenders[name];
    if (!run) continue;
    // 头两次含编译着色器与分配显存。
    await spend(device, run, 2);
    counts.set(name, Math.max(3, Math.min(2000, Math.ceil(slice / (await spend(device, run, 3))))));
    times.set(name, []);
  }
  for (let r = 0; r < rounds; r++) {
    for (const name of names) {
      const run = contenders[name];
      if (run) times.get(name)!.push(await spend(device, run, counts.get(name)!));
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
