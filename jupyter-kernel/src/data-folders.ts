import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** 装到哪里：当前用户（默认）、某个前缀（例如 Python 虚拟环境）、整台机器。 */
export type Target = { user: true } | { prefix: string } | { sys: true };

/** Jupyter 放数据的文件夹；规则照 jupyter_core。 */
export function dataFolder(target: Target): string {
  if ("prefix" in target) return join(resolve(target.prefix), "share", "jupyter");
  const { platform, env } = process;
  if ("sys" in target)
    return platform === "win32"
      ? join(env["PROGRAMDATA"] ?? "C:\\ProgramData", "jupyter")
      : "/usr/local/share/jupyter";
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (platform === "win32") return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "jupyter");
  if (platform === "darwin") return join(homedir(), "Library", "Jupyter");
  return join(env["XDG_DATA_HOME"] || join(homedir(), ".local", "share"), "jupyter");
}

/** 激活的 Python 环境（venv、conda）的前缀；没有激活时是 undefined。 */
export function activePrefix(): string | undefined {
  return process.env["VIRTUAL_ENV"] || process.env["CONDA_PREFIX"] || undefined;
}

/** Jupyter 找数据的文件夹，先找到的优先。prefix 是运行 Jupyter 的那个 Python 环境。 */
export function searchFolders(prefix = activePrefix()): string[] {
  const { env, platform } = process;
  const environment = prefix === undefined ? [] : [dataFolder({ prefix })];
  const user = dataFolder({ user: true });
  return [
    ...(env["JUPYTER_PATH"]?.split(delimiter).filter(Boolean) ?? []),
    // 在虚拟环境里运行的 Jupyter 先看环境自己的
    ...(env["JUPYTER_PREFER_ENV_PATH"] === "0" ? [user, ...environment] : [...environment, user]),
    dataFolder({ sys: true }),
    ...(platform === "win32" ? [] : ["/usr/share/jupyter"]),
  ];
}
