import { arch, availableParallelism, cpus, platform } from "node:os";

/** `npm run bench -- SUITE --json` 的形状；发布之后不再改。 */
export interface BenchResult {
  version: 1;
  suite: string;
  machine: string;
  rows: BenchRow[];
  /** 附图（SVG），写在 JSON 旁边的 .svg 里，不在 JSON 里 */
  picture?: string;
}

export interface BenchRow {
  id: string;
  unit: string;
  /** null：没有设备，或是不能计时的软件模拟 */
  ours: number | null;
  /** 同类的名字 → 同一次运行里测得的值；null：这台机器上没有它 */
  peers: Record<string, number | null>;
  goal: string;
  /** null：缺少同类或设备，无法判断 */
  holds: boolean | null;
}

/** 一行话说清是什么机器。 */
export function machine(): string {
  const model = cpus()[0]?.model.trim() ?? "未知处理器";
  return `${model} × ${availableParallelism()}，${platform()}-${arch()}，Node ${process.versions.node}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
