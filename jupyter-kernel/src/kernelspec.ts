import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const kernelName = "tidu";

/** 装到哪里：当前用户（默认）、某个前缀（例如 Python 虚拟环境）、整台机器。 */
export type Target = { user: true } | { prefix: string } | { sys: true };

/** 内核规格没装上。 */
export class KernelspecError extends Error {
  override name = "KernelspecError";
  readonly id: string;
  constructor(id: string, message: string) {
    super(`${id}：${message}`);
    this.id = id;
  }
}

export function kernelspec(): Record<string, unknown> {
  return {
    argv: [process.execPath, entry, "{connection_file}"],
    display_name: "TypeScript (tidu)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
}

/**
 * 登记内核规格，返回写入的文件夹。
 * 路径都是绝对的，因为 Jupyter 从任意文件夹启动内核；仓库挪了位置要重新登记。
 */
export function installKernelspec(target: Target): string {
  if (!existsSync(entry))
    throw new KernelspecError("TIDU-JUP-031", `还没有编译：找不到 ${entry}。先运行 npm run build`);
  const folder = join(dataFolder(target), "kernels", kernelName);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(kernelspec(), null, 2)}\n`);
    writeFileSync(join(folder, "logo-svg.svg"), logo);
  } catch (error) {
    throw new KernelspecError(
      "TIDU-JUP-030",
      `写不了 ${folder}：${(error as Error).message}。换一个可写的位置，例如 --user`,
    );
  }
  return folder;
}

const entry = fileURLToPath(new URL("./main.cjs", import.meta.url));

function dataFolder(target: Target): string {
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

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" role="img" aria-label="tidu">
<rect width="64" height="64" rx="10" fill="#3178c6"/>
<path d="M10 14h44L32 54z" fill="none" stroke="#fff" stroke-width="6" stroke-linejoin="round"/>
</svg>
`;
