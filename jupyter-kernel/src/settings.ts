import { statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";

/** 管整个笔记本的开关，由魔法命令改动；初值来自环境变量。 */
export interface Settings {
  /** 运行之前查类型 */
  checking: boolean;
  /** 每个单元格的时限，毫秒；undefined 是不限 */
  timeout: number | undefined;
  /** 每个单元格结束时报告用时 */
  timing: boolean;
}

export function initialSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const timeout = env["TIDU_CELL_TIMEOUT"];
  return { checking: true, timeout: timeout ? parseDuration(timeout) : undefined, timing: false };
}

const MILLISECONDS: Record<string, number> = {
  ms: 1,
  "": 1000,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** “500ms”“5s”“2m”，没有单位是秒；“off”与看不懂的是 undefined。 */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?$/i.exec(text.trim()) ?? [];
  const duration = Number(amount) * MILLISECONDS[unit.toLowerCase()]!;
  // 定时器最长约 24 天
  return duration > 0 && duration < 2 ** 31 ? Math.ceil(duration) : undefined;
}

/** TIDU_MEMORY（“512M”“2G”，没有单位是 MiB）→ 会话进程的 node 参数。 */
export function memoryArguments(env: NodeJS.ProcessEnv = process.env): string[] {
  const [, amount, unit = "m"] =
    /^(\d+(?:\.\d+)?)\s*([mg])?(?:i?b)?$/i.exec(env["TIDU_MEMORY"]?.trim() ?? "") ?? [];
  if (!amount) return [];
  const megabytes = Math.round(Number(amount) * (unit.toLowerCase() === "g" ? 1024 : 1));
  return megabytes > 0 ? [`--max-old-space-size=${megabytes}`] : [];
}

/**
 * 笔记本所在的文件夹。Jupyter 在那里启动内核；VS Code 之类在别处启动，
 * 但都在 JPY_SESSION_NAME 里给出笔记本的路径。
 */
export function notebookFolder(env: NodeJS.ProcessEnv, cwd: string): string {
  const name = env["JPY_SESSION_NAME"];
  if (!name || !(isAbsolute(name) || name.endsWith(".ipynb"))) return cwd;
  const folder = dirname(resolve(cwd, name));
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : cwd;
}
