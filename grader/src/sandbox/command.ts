import type { Stage } from "./stage.js";
import { bubblewrap, permissionFlag, type SandboxStrength } from "./strength.js";

/** 每个学习者进程的上限。 */
export interface ProcessLimits {
  /** V8 堆，MiB。 */
  heapMiB: number;
  /** 可写内存总量，MiB；缓冲区也算在内。 */
  memoryMiB: number;
  /** 处理器时间，秒。 */
  cpuSeconds: number;
}

export const defaultLimits: ProcessLimits = { heapMiB: 256, memoryMiB: 1024, cpuSeconds: 120 };

/** node 自己的参数：堆上限与权限模型。 */
function nodeArguments(strength: SandboxStrength, stage: Stage, limits: ProcessLimits): string[] {
  const heap = [`--max-old-space-size=${limits.heapMiB}`, "--no-warnings"];
  if (strength.mechanism === "process") return heap;
  const reads = strength.mechanism === "bubblewrap" ? ["--allow-fs-read=*"] : grants(stage);
  return [...heap, permissionFlag, ...reads];
}

/** 目录连同里面的文件；Node 自己会给目录补上通配符。 */
function grants(stage: Stage): string[] {
  return stage.readable.map((path) => `--allow-fs-read=${path}`);
}

/** 在沙箱里用 node 运行 `entry` 的完整命令行。 */
export function commandLine(stage: Stage, entry: string, limits = defaultLimits): string[] {
  const { strength } = stage;
  const shell = strength.memory
    ? [
        "/bin/sh",
        "-c",
        `ulimit -c 0; ulimit -d ${limits.memoryMiB * 1024}; ulimit -t ${limits.cpuSeconds}; exec "$@"`,
        "sh",
      ]
    : [];
  const outer = strength.mechanism === "bubblewrap" ? bubblewrap(stage.readable, stage.folder) : [];
  return [...shell, ...outer, process.execPath, ...nodeArguments(strength, stage, limits), entry];
}
