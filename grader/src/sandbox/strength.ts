import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** 这台机器上能用的最强的隔离，写进报告与 `tidu doctor`。 */
export interface SandboxStrength {
  mechanism: "bubblewrap" | "node-permission" | "process";
  /** 真：学习者的代码上不了网。 */
  network: boolean;
  /** 真：只读，而且读不到题目、标准答案和别人的提交。 */
  filesystem: boolean;
  /** 真：堆与缓冲区都有上限。 */
  memory: boolean;
  detail: string;
}

/** 权限模型的开关：Node 20–22 叫 --experimental-permission。 */
export const permissionFlag = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

let detected: SandboxStrength | undefined;

/** 试出最强的隔离；真的起一个进程来试，结果记住。 */
export function sandboxStrength(): SandboxStrength {
  detected ??= detect();
  return detected;
}

function detect(): SandboxStrength {
  const memory = limitsWork();
  const trial = [...bubblewrap([], "/"), process.execPath, "-e", "0"];
  const { status, error } = spawnSync(trial[0]!, trial.slice(1), { timeout: 10_000, stdio: "ignore" });
  if (status === 0) {
    const detail = "bubblewrap：新的命名空间，没有网络，根目录只读，只放进 node 与两个包；另加 Node 权限模型";
    return { mechanism: "bubblewrap", network: true, filesystem: true, memory, detail };
  }
  const why =
    (error as NodeJS.ErrnoException | undefined)?.code === "ENOENT"
      ? "没有装 bubblewrap"
      : "bubblewrap 起不来";
  if (permissionSupported()) {
    // Node 25 起，权限模型也管网络。
    const network = process.allowedNodeEnvironmentFlags.has("--allow-net");
    const limits = `只能读指定的目录，不能写，不能起子进程${network ? "，不能上网" : "；挡不住网络"}`;
    const detail = `${why}，改用 Node 权限模型：${limits}`;
    return { mechanism: "node-permission", network, filesystem: true, memory, detail };
  }
  const detail = `${why}，也没有 Node 权限模型：只有单独的进程与资源上限`;
  return { mechanism: "process", network: false, filesystem: false, memory, detail };
}

function permissionSupported(): boolean {
  const { status } = spawnSync(process.execPath, [permissionFlag, "--no-warnings", "-e", "0"], {
    stdio: "ignore",
  });
  return status === 0;
}

function limitsWork(): boolean {
  if (!existsSync("/bin/sh")) return false;
  const { stdout } = spawnSync("/bin/sh", ["-c", "ulimit -d 1048576 && ulimit -d"], { encoding: "utf8" });
  return stdout?.trim() === "1048576";
}

/** bwrap 的参数：一切命名空间都新开，根是空的只读目录，只绑进必需的文件。 */
export function bubblewrap(readable: string[], cwd: string): string[] {
  const binds = [...nodeFiles(), ...readable].flatMap((path) => ["--ro-bind", path, path]);
  return [
    findProgram("bwrap"),
    ...[
      "--unshare-all",
      "--die-with-parent",
      "--new-session",
      "--clearenv",
      "--uid",
      "65534",
      "--gid",
      "65534",
    ],
    ...["--dev", "/dev", ...binds, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", cwd],
  ];
}

/** 绝对路径：学习者的进程不带 PATH。 */
function findProgram(name: string): string {
  const folders = (process.env.PATH ?? "/usr/bin:/bin").split(":");
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name;
}

let nodeFilesFound: string[] | undefined;

/** node 与它要的动态库。 */
function nodeFiles(): string[] {
  nodeFilesFound ??= findNodeFiles();
  return nodeFilesFound;
}

function findNodeFiles(): string[] {
  const node = process.execPath;
  const { stdout } = spawnSync("ldd", [node], { encoding: "utf8" });
  const libraries = [...(stdout ?? "").matchAll(/(?:=>\s+)?(\/\S+)\s+\(0x/g)].map((match) => match[1]!);
  if (libraries.length === 0)
    return [node, ...["/lib", "/lib64", "/usr/lib"].filter((path) => existsSync(path))];
  return [...new Set([node, realpathSync(node), ...libraries])];
}
