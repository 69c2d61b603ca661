import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** 进程 root 的全部子孙；查不到时是空的。 */
export function descendants(root: number): number[] {
  const parents = process.platform === "linux" ? fromProc() : fromPs();
  const found: number[] = [];
  const queue = [root];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const [pid, parent] of parents) {
      if (parent !== next || found.includes(pid)) continue;
      found.push(pid);
      queue.push(pid);
    }
  }
  return found;
}

/** 像终端里按 Ctrl-C 那样通知全部子孙进程。 */
export function signalDescendants(root: number, signal: NodeJS.Signals): void {
  for (const pid of descendants(root)) {
    try {
      process.kill(pid, signal);
    } catch {
      // 已经退出了。
    }
  }
}

function fromProc(): [pid: number, parent: number][] {
  const list: [number, number][] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // 第二项是括号里的程序名，它自己也许有空格和括号。
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      list.push([Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])]);
    } catch {
      // 刚退出。
    }
  }
  return list;
}

function fromPs(): [pid: number, parent: number][] {
  const { stdout } = spawnSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  return (stdout ?? "")
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number])
    .filter(([pid, parent]) => pid > 0 && parent > 0);
}
