import { readdirSync, readFileSync } from "node:fs";

/** 一个进程连同它全部后代占的内存，MB。 */
export interface Memory {
  /** 常驻内存之和；几个进程共用的页，每个进程都算一遍 */
  rss: number;
  /** 共用的页按人头均摊 */
  pss: number;
}

/** 只有 Linux 有 /proc；别处返回 null。 */
export function treeMemory(pid: number): Memory | null {
  try {
    const found = { rss: 0, pss: 0 };
    for (const id of family(pid)) {
      const text = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
      found.rss += Number(/^Rss:\s+(\d+)/m.exec(text)![1]) / 1024;
      found.pss += Number(/^Pss:\s+(\d+)/m.exec(text)![1]) / 1024;
    }
    return found;
  } catch {
    return null;
  }
}

/** 进程自己与它的后代。 */
function family(pid: number): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(family)];
}
