import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeClass } from "./grader-class.js";

const tidu = fileURLToPath(new URL("../../cli/bin/tidu.js", import.meta.url));

export interface GradeRun {
  perMinute: number;
  /** 判分进程内存的峰值，MB；读不到时为 NaN。 */
  peak: number;
}

/** 造一个班，用命令行判一遍（含启动、写成绩册）。 */
export async function gradeFolder(count: number): Promise<GradeRun> {
  const folder = mkdtempSync(join(tmpdir(), "tidu-bench-"));
  try {
    const inbox = join(folder, "收件箱");
    writeClass(inbox, count);
    const started = performance.now();
    const args = [tidu, "grade", inbox, "--jobs", "2", "--seed", "1", "--db", join(folder, "class.db")];
    const child = spawn(process.execPath, args, { stdio: "ignore" });
    let peak = Number.NaN;
    const watch = setInterval(() => {
      peak = peakOf(child.pid!) ?? peak;
    }, 200);
    const code = await new Promise((resolve) => child.once("exit", resolve));
    clearInterval(watch);
    if (code !== 0) throw new Error(`TIDU-BENCH-020：判分没有成功，退出码 ${code}：先运行 npm run build`);
    return { perMinute: (60_000 * count) / (performance.now() - started), peak };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function peakOf(pid: number): number | null {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) / 1024;
  } catch {
    return null;
  }
}
