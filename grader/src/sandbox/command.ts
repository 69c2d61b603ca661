import { type Isolation, isolate, permissionFlag } from "./mechanism.js";

/** 每个学习者进程的上限。 */
export interface ProcessLimits {
  /** V8 堆，MiB。 */
  heapMiB: number;
  /** 可写内存总量，MiB；缓冲区也算在内。 */
  memoryMiB: number;
  /** 处理器时间，秒。 */
  cpuSeconds: number;
  /** 打开的文件数。 */
  files: number;
}

export const defaultLimits: ProcessLimits = { heapMiB: 256, memoryMiB: 1024, cpuSeconds: 120, files: 256 };

/** 学习者的进程看得见什么、用哪一种隔离。 */
export interface Place {
  /** 当前目录。 */
  folder: string;
  /** 只读的真实路径；除此之外什么也读不到。 */
  readable: string[];
  isolation: Isolation;
  /** 有 POSIX shell，能设资源上限。 */
  rlimits: boolean;
}

/**
 * 不给 V8 快照里的字符串重新散列，起一个进程省几毫秒。重新散列防的是别人造碰撞拖慢进程，
 * 沙箱里只有学习者自己。这是 V8 的开关，试过的 Node 版本才给。
 */
export const bootFlags = Number(process.versions.node.split(".")[0]) <= 26 ? ["--no-rehash-snapshot"] : [];

/** node 自己的参数：堆上限与权限模型。 */
function nodeArguments({ isolation, readable }: Place, limits: ProcessLimits): string[] {
  const heap = [...bootFlags, `--max-old-space-size=${limits.heapMiB}`, "--no-warnings"];
  if (isolation === "process") return heap;
  // 目录连同里面的文件；Node 自己会给目录补上通配符。
  const reads = isolation === "bubblewrap" ? ["*"] : readable;
  return [...heap, permissionFlag, ...reads.map((path) => `--allow-fs-read=${path}`)];
}

/** 不写文件（`-f 0`）、不留核心转储；其余见 ProcessLimits。 */
function shell(limits: ProcessLimits): string[] {
  const { memoryMiB, cpuSeconds, files } = limits;
  const set = `ulimit -c 0; ulimit -f 0; ulimit -n ${files}; ulimit -d ${memoryMiB * 1024}; ulimit -t ${cpuSeconds}`;
  return ["/bin/sh", "-c", `${set}; exec "$@"`, "sh"];
}

/** 在沙箱里用 node 运行 `entry`（入口与它的参数）的完整命令行。 */
export function commandLine(place: Place, entry: string[], limits = defaultLimits): string[] {
  return [
    ...(place.rlimits ? shell(limits) : []),
    ...isolate(place.isolation, place.readable, place.folder),
    process.execPath,
    ...nodeArguments(place, limits),
    ...entry,
  ];
}
