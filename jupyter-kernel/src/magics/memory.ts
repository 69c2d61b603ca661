import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { MEMORY_MIME, type MemoryReport, memoryBundle } from "@tidu/notebook-runtime/magics";
import type { OutputFilter } from "./context.js";

/** 会话的内存报告里补上类型服务与内核自己的。 */
export function addKernelMemory(session: number | undefined): OutputFilter {
  return (output) => {
    if (output.output_type !== "display_data" || !(MEMORY_MIME in output.data)) return output;
    const report = output.data[MEMORY_MIME] as MemoryReport;
    const rows = [
      ...report.rows,
      { name: "类型服务：RSS", bytes: childrenMemory(process.pid, session) },
      { name: "内核：RSS", bytes: process.memoryUsage.rss() },
    ];
    return { ...output, data: memoryBundle({ ...report, rows }) };
  };
}

/** parent 的子进程（except 除外）的物理内存之和；查不到是 null。 */
export function childrenMemory(parent: number, except: number | undefined): number | null {
  try {
    const rows = process.platform === "linux" ? fromProc() : fromPs();
    const found = rows.filter(([pid, ppid]) => ppid === parent && pid !== except);
    return found.length > 0 ? found.reduce((sum, [, , bytes]) => sum + bytes, 0) : null;
  } catch {
    return null;
  }
}

type Row = [pid: number, ppid: number, bytes: number];

function fromProc(): Row[] {
  const rows: Row[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, "utf8");
      const ppid = /^PPid:\s*(\d+)/m.exec(status)?.[1];
      const kilobytes = /^VmRSS:\s*(\d+)/m.exec(status)?.[1];
      rows.push([Number(name), Number(ppid), Number(kilobytes ?? 0) * 1024]);
    } catch {
      // 看的时候它已经结束了
    }
  }
  return rows;
}

function fromPs(): Row[] {
  const text = execFileSync("ps", ["-axo", "pid=,ppid=,rss="], { encoding: "utf8" });
  return text
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid, ppid, kilobytes]) => [pid!, ppid!, kilobytes! * 1024]);
}
