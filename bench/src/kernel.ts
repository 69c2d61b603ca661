import { kernels } from "./kernel-contenders.js";
import { measure, type Sample } from "./kernel-measure.js";
import { type BenchResult, type BenchRow, machine, median } from "./result.js";

const rounds = 5;

type Name = "tidu" | "tslab" | "deno";
type Pick = (sample: Sample) => number | null;

/** 目标里的一条：不超过某个同类的几倍；没有同类的是一个绝对值。 */
interface Bound {
  factor: number;
  peer?: "tslab" | "deno";
}

/** 各内核轮流启动，每轮都是新的进程，取各轮的中位数；同一个客户端。 */
export async function suite(): Promise<BenchResult> {
  const samples = new Map<Name, Sample[] | null>();
  for (let round = 0; round < rounds; round++)
    for (const [name, contender] of Object.entries(kernels()) as [Name, ReturnType<typeof kernels>[Name]][]) {
      const known = samples.get(name);
      if (known === null) continue;
      const sample = contender && (await measure(contender.argv, contender.settle));
      samples.set(name, sample ? [...(known ?? []), sample] : null);
    }
  if (!samples.get("tidu")) throw new Error("TIDU-BENCH-010：tidu 内核没有启动：先运行 npm run build");
  return { version: 1, suite: "kernel", machine: machine(), rows: rowsOf(samples) };
}

export function rowsOf(samples: ReadonlyMap<Name, readonly Sample[] | null>): BenchRow[] {
  const figure = (name: Name, pick: Pick): number | null => {
    const found = samples.get(name)?.map(pick);
    return found?.every((value) => value !== null) ? median(found) : null;
  };
  const row = (id: string, unit: string, pick: Pick, goal: string, bounds: Bound[]): BenchRow => {
    const ours = figure("tidu", pick);
    const peers = { tslab: figure("tslab", pick), deno: figure("deno", pick) };
    const verdicts = bounds.map(({ factor, peer }) => {
      const base = peer === undefined ? 1 : peers[peer];
      return ours === null || base === null ? null : ours <= factor * base;
    });
    const holds = verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;
    return { id, unit, ours, peers, goal, holds };
  };
  const quick = "不慢于 deno，且不到 tslab 的 0.33 倍";
  const quickBounds: Bound[] = [
    { factor: 1, peer: "deno" },
    { factor: 0.33, peer: "tslab" },
  ];
  const less: Bound[] = [{ factor: 1, peer: "tslab" }];
  return [
    row("启动到答 kernel_info（iopub 已接通）", "ms", (s) => s.ready, "不到 deno 的 0.5 倍", [
      { factor: 0.5, peer: "deno" },
    ]),
    row("启动到第一次补全", "ms", (s) => s.completion, "300 ms 以内", [{ factor: 300 }]),
    row("启动到第一格 1+1 算完", "ms", (s) => s.first, "比 tslab 快", less),
    row("一格 i+1 的延迟（中位数）", "ms", (s) => s.trivial, quick, quickBounds),
    row("一格 const 声明加使用前一格的延迟（中位数）", "ms", (s) => s.declare, quick, quickBounds),
    row("一格要推断类型的延迟（中位数）", "ms", (s) => s.checked, "比 tslab 快", less),
    row("空闲时的内存：进程树的 RSS 之和", "MB", (s) => s.memory?.rss ?? null, "不多于 tslab", less),
    row("空闲时的内存：进程树的 PSS 之和", "MB", (s) => s.memory?.pss ?? null, "不多于 tslab", less),
  ];
}
