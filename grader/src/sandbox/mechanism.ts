import { spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";

/** 隔离的四个档次，由强到弱。 */
export const isolations = ["bubblewrap", "unshare", "node-permission", "process"] as const;
export type Isolation = (typeof isolations)[number];

/** 权限模型的开关：Node 20–22 叫 --experimental-permission。 */
export const permissionFlag = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

/** 放在 node 之前的命令。 */
export function isolate(isolation: Isolation, readable: string[], cwd: string): string[] {
  if (isolation === "bubblewrap") return bubblewrap(readable, cwd);
  return isolation === "unshare" ? unshare() : [];
}

/** 新的用户、网络、进程、IPC 命名空间；文件交给 Node 权限模型。父进程没了，里面的也都结束。 */
function unshare(): string[] {
  const spaces = ["--map-current-user", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child=KILL"];
  return [findProgram("unshare"), ...spaces, "--"];
}

/** bwrap 的参数：一切命名空间都新开，根是空的只读目录，只绑进必需的文件。 */
function bubblewrap(readable: string[], cwd: string): string[] {
  const binds = [...nodeFiles(), ...readable].flatMap((path) => ["--ro-bind", path, path]);
  const fresh = ["--unshare-all", "--die-with-parent", "--new-session", "--clearenv"];
  const nobody = ["--uid", "65534", "--gid", "65534"];
  const sealed = ["--dev", "/dev", ...binds, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", cwd];
  return [findProgram("bwrap"), ...fresh, ...nobody, ...sealed];
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
