import { kernels, measure, type Sample } from "./kernel-measure.js";
import { type BenchResult, type BenchRow, machine, median } from "./result.js";

const rounds = 5;

/** 启动到第一格算完，以及之后每一格的延迟：三种内核轮流测，同一个客户端。 */
export async function suite(): Promise<BenchResult> {
  const samples = new Map<string, Sample[] | null>();
  for (let round = 0; round < rounds; round++)
    for (const [name, argv] of Object.entries(kernels())) {
      const known = samples.get(name);
      if (known === null) continue;
      const sample = argv && (await measure(argv));
      samples.set(name, sample ? [...(known ?? []), sample] : null);
    }
  const figure = (name: string, pick: (sample: Sample) => number): number | null => {
    const found = samples.get(name);
    return found ? median(found.map(pick)) : null;
  };
  const row = (id: string, pick: (sample: Sample) => number): BenchRow => {
    const ours = figure("tidu", pick);
    if (ours === null) throw new Error("TIDU-BENCH-010：tidu 内核没有启动：先运行 npm run build");
    const peers = { tslab: figure("tslab", pick), deno: figure("deno", pick) };
    return {
      id,
      unit: "ms",
      ours,
      peers,
      goal: "比 tslab 快",
      holds: peers.tslab === null ? null : ours < peers.tslab,
    };
  };
  return {
    version: 1,
    suite: "kernel",
    machine: machine(),
    rows: [
      row("启动到第一格 1+1 算完", (sample) => sample.start),
      row("一格 i+1 的延迟（中位数）", (sample) => sample.cell),
      row("一格 const 声明加使用前一格的延迟（中位数）", (sample) => sample.declare),
    ],
  };
}
