import { device, devices, key, normal, split, type Tensor, toDevice } from "@tidu/kernel-lib";
import { type GpuCase, gpuCases, type Shape, variants } from "./gpu-cases.js";
import { copier, fetchAll, type GpuDevice, gpuClock, interleaveGpu } from "./gpu-measure.js";
import { type TorchTimes, torchTimes } from "./gpu-torch.js";
import { type BenchResult, type BenchRow, machine } from "./result.js";

/**
 * GPU 上的融合核：先在小尺寸上同 cpu 的 float64 核对，再同组合的原语、拷贝带宽与 PyTorch 比速度。
 * 没有 GPU，或只有软件模拟时不计时：只核对，并说明没有测什么。
 */
export async function suite(): Promise<BenchResult> {
  const report = (await devices()).find((d) => d.name === "webgpu")!;
  const describe = (note: string): string => `${machine()}；webgpu：${note}`;
  if (!report.available) {
    const rows = gpuCases.map((c) => unmeasured(c));
    return { version: 1, suite: "gpu", machine: describe(`没有，什么也没有测。${report.detail}`), rows };
  }
  const software = report.detail.includes("软件模拟");
  for (const c of gpuCases) await check(c, software ? ["fused"] : ["fused", "eager", "jit"]);
  if (software) {
    const rows = gpuCases.map((c) => unmeasured(c));
    const note = `${report.detail}。各核在小尺寸上已与 cpu 核对；没有测时间与带宽`;
    return { version: 1, suite: "gpu", machine: describe(note), rows };
  }
  const gpu = (await device("webgpu")) as unknown as GpuDevice;
  const timer = gpuClock(gpu) ? "时间取自 GPU 的 timestamp-query" : "没有 timestamp-query，时间是墙上时间";
  const note = `${report.detail}；${timer}`;
  return { version: 1, suite: "gpu", machine: describe(note), rows: await measure(gpu) };
}

function goalText({ work, goal }: GpuCase): string {
  if (goal === null) return "没有定目标，只作对照";
  return `不低于${"bytes" in work ? "拷贝带宽" : "自己的矩阵乘法"}的 ${Math.round(100 * goal)}%`;
}

function unmeasured(c: GpuCase): BenchRow {
  return { id: c.id, unit: unitOf(c), ours: null, peers: {}, goal: goalText(c), holds: null };
}

const unitOf = (c: GpuCase): string => ("bytes" in c.work ? "ms" : "GFLOP/s");

function draw(shapes: readonly Shape[], seed: number): Tensor[] {
  const keys = split(key(seed), shapes.length);
  return shapes.map((s, i) => normal(keys[i]!, [...s]));
}

/** 要计时的执行方式都要等于 cpu 上 float64 的组合写法，否则计时没有意义；不计时的时候只核对融合核。 */
export async function check(
  c: GpuCase,
  names: readonly (keyof ReturnType<typeof variants>)[],
): Promise<void> {
  const inputs = draw(c.small, 11);
  const there = await Promise.all(inputs.map((x) => toDevice(x, "webgpu")));
  const truth = await fetchAll(c.composed(...inputs));
  const runs = variants(c);
  for (const name of names) {
    const values = await fetchAll(runs[name](...there));
    for (const [k, expected] of truth.entries()) {
      const actual = values[k] ?? [];
      const largest = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-3);
      const bad = expected.findIndex((e, i) => !(Math.abs(actual[i]! - e) <= 5e-5 * largest));
      if (actual.length === expected.length && bad < 0) continue;
      throw new Error(
        `TIDU-BENCH-002：${c.id}：${name} 与 cpu 的第 ${k} 个结果不一致（第 ${bad} 个元素 ${actual[bad]}，应为 ${expected[bad]}），计时没有意义。`,
      );
    }
  }
}

async function measure(gpu: GpuDevice): Promise<BenchRow[]> {
  const torch = await torchTimes(gpuCases.map(({ name, large }) => ({ name, shapes: large })));
  const rows: BenchRow[] = [];
  let own: number | null = null;
  for (const c of gpuCases) {
    const row = await measureCase(gpu, c, torch, own);
    if (c.name === "matmul") own = row.ours;
    rows.push(row);
  }
  return rows;
}

async function measureCase(
  gpu: GpuDevice,
  c: GpuCase,
  torch: TorchTimes | null,
  ownMatmul: number | null,
): Promise<BenchRow> {
  const inputs = await Promise.all(draw(c.large, 12).map((x) => toDevice(x, "webgpu")));
  const { fused, eager, jit: composed } = variants(c);
  // 拷贝与本项搬一样多的字节：读写各一半。
  const copy = "bytes" in c.work ? copier(gpu, c.work.bytes / 2) : null;
  const t = await interleaveGpu(gpu, {
    fused: () => fused(...inputs),
    eager: c.composed === c.fused ? null : () => eager(...inputs),
    jit: c.composed === c.fused ? null : () => composed(...inputs),
    copy,
  });
  const rate = (ms: number | null | undefined): number | null => {
    if (ms === null || ms === undefined) return null;
    return "bytes" in c.work ? ms : c.work.flops / ms / 1e6;
  };
  const ours = rate(t.fused)!;
  const bound = "bytes" in c.work ? t.copy : ownMatmul;
  const peers: Record<string, number | null> = {};
  if ("bytes" in c.work) peers["拷贝同样多的字节"] = t.copy;
  else if (c.name !== "matmul") peers["自己的矩阵乘法"] = ownMatmul;
  if (c.composed !== c.fused) {
    peers["组合的原语，逐个"] = rate(t.eager);
    peers["组合的原语，jit"] = rate(t.jit);
  }
  peers["PyTorch eager"] = rate(torch?.[c.name]?.eager);
  peers["PyTorch compile"] = rate(torch?.[c.name]?.compiled);
  const share = bound === null ? null : "bytes" in c.work ? bound / ours : ours / bound;
  return {
    id: c.id,
    unit: unitOf(c),
    ours,
    peers,
    goal: goalText(c) + (share === null ? "" : `（这次是 ${(100 * share).toFixed(0)}%）`),
    holds: c.goal === null || share === null ? null : share >= c.goal,
  };
}
