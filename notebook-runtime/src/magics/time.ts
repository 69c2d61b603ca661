import type { MagicHandler } from "./context.js";

type Cpu = { user: number; system: number };
const usage = (): Cpu | undefined =>
  (globalThis as { process?: { cpuUsage?: () => Cpu } }).process?.cpuUsage?.();

export const time: MagicHandler = ({ call, last, execute, print }) =>
  execute(call.cell ? "body" : "args", last, async (start) => {
    const cpu = usage();
    const began = performance.now();
    try {
      return await start();
    } finally {
      const wall = performance.now() - began;
      const now = usage();
      // cpuUsage 是整个进程的，单位微秒。
      const spent =
        cpu && now
          ? `（CPU：用户 ${duration((now.user - cpu.user) / 1000)}，系统 ${duration((now.system - cpu.system) / 1000)}）`
          : "";
      print(`用时 ${duration(wall)}${spent}`);
    }
  });

const UNITS: [limit: number, scale: number, name: string][] = [
  [1e-3, 1e6, "纳秒"],
  [1, 1e3, "微秒"],
  [1000, 1, "毫秒"],
  [60_000, 1e-3, "秒"],
];

/** 毫秒 → 三位有效数字与合适的单位。 */
export function duration(ms: number): string {
  for (const [limit, scale, name] of UNITS) {
    if (ms < limit) return `${Number((ms * scale).toPrecision(3))} ${name}`;
  }
  return `${Math.floor(ms / 60_000)} 分 ${((ms % 60_000) / 1000).toFixed(1)} 秒`;
}
