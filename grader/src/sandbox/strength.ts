import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Isolation, isolate, isolations, permissionFlag } from "./mechanism.js";

/** 这台机器上能用的最强的隔离，写进报告与 `tidu doctor`。 */
export interface SandboxStrength {
  mechanism: Isolation;
  /** 真：学习者的代码上不了网。 */
  network: boolean;
  /** 真：只读，而且读不到题目、标准答案和别人的提交。 */
  filesystem: boolean;
  /** 真：堆与缓冲区都有上限。 */
  memory: boolean;
  /** 真：起不了别的进程与线程，也伤不到外面的进程。 */
  processes: boolean;
  detail: string;
}

let detected: SandboxStrength | undefined;

/** 试出最强的隔离；真的起一个进程来试，结果记住。 */
export function sandboxStrength(): SandboxStrength {
  detected ??= strengthOf(isolations.find(works) ?? "process");
  return detected;
}

const trials = new Map<Isolation, boolean>();

/** 这一种隔离在这台机器上起得来。 */
export function works(isolation: Isolation): boolean {
  let result = trials.get(isolation);
  if (result === undefined) {
    result = isolation === "process" || tryOut(isolation);
    trials.set(isolation, result);
  }
  return result;
}

function tryOut(isolation: Isolation): boolean {
  const flags = [permissionFlag, "--no-warnings", "--allow-fs-read=*"];
  const [command, ...args] = [...isolate(isolation, [], "/"), process.execPath, ...flags, "-e", "0"];
  return spawnSync(command!, args, { timeout: 10_000, stdio: "ignore" }).status === 0;
}

/** 指定一种隔离时的强度。 */
export function strengthOf(mechanism: Isolation): SandboxStrength {
  // Node 25 起，权限模型也管网络。
  const network =
    mechanism === "bubblewrap" ||
    mechanism === "unshare" ||
    (mechanism === "node-permission" && process.allowedNodeEnvironmentFlags.has("--allow-net"));
  const guarded = mechanism !== "process";
  const detail = details[mechanism](network);
  return { mechanism, network, filesystem: guarded, memory: limitsWork(), processes: guarded, detail };
}

const permission = "只能读指定的目录，不能写，不能起子进程与线程";
const details: Record<Isolation, (network: boolean) => string> = {
  bubblewrap: () =>
    "bubblewrap：新的命名空间，没有网络，根目录只读，只放进 node 与两个包；另加 Node 权限模型",
  unshare: () =>
    `bubblewrap 用不了，改用 unshare：新的网络与进程命名空间；文件靠 Node 权限模型（${permission}）`,
  "node-permission": (network) =>
    `bubblewrap 与 unshare 都用不了，改用 Node 权限模型：${permission}${network ? "，不能上网" : "；挡不住网络"}`,
  process: () => "没有命名空间，也没有 Node 权限模型：只有单独的进程与资源上限，挡不住读写文件与网络",
};

let limits: boolean | undefined;

/** 有 POSIX shell，而且它认得这里要设的每一种上限。 */
export function limitsWork(): boolean {
  limits ??=
    existsSync("/bin/sh") &&
    spawnSync(
      "/bin/sh",
      [
        "-c",
        "ulimit -c 0 && ulimit -f 0 && ulimit -n 256 && ulimit -t 120 && ulimit -d 1048576 && ulimit -d",
      ],
      { encoding: "utf8" },
    ).stdout?.trim() === "1048576";
  return limits;
}
