import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installKernelspec, kernelspec } from "./kernelspec.js";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** 启动这一份内核的命令，给 KernelClient。 */
export const kernelArgv: string[] = kernelspec().argv;

/**
 * 测试用的 Python：环境变量 TIDU_PYTHON，或 TIDU_JUPYTER 指的虚拟环境，或仓库的 .venv
 * （`node scripts/lab.mjs --setup-only` 建好它）。没有装 JupyterLab 的不算，返回 undefined。
 */
export function jupyterPython(): string | undefined {
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const venv = process.env["TIDU_JUPYTER"] ?? join(root, ".venv");
  const python = process.env["TIDU_PYTHON"] ?? join(venv, ...inside);
  if (!existsSync(python)) return undefined;
  const probe = spawnSync(python, ["-c", "import jupyterlab, jupyter_kernel_test"], { stdio: "ignore" });
  return probe.status === 0 ? python : undefined;
}

/** 临时文件夹里的 Jupyter 环境：只登记了这一份内核，历史、设置、连接文件都不碰用户自己的。 */
export interface JupyterHome {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** 运行 Python 环境里的一个命令（jupyter、papermill、python……）。 */
  run(command: string, args: readonly string[], cwd?: string): SpawnSyncReturns<string>;
}

export function jupyterHome(python: string): JupyterHome {
  const folder = mkdtempSync(join(tmpdir(), "tidu-jupyter-"));
  installKernelspec({ prefix: folder });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: dirname(python) + delimiter + (process.env["PATH"] ?? ""),
    JUPYTER_PATH: join(folder, "share", "jupyter"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    JUPYTER_DATA_DIR: join(folder, "data"),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    IPYTHONDIR: join(folder, "ipython"),
    TIDU_HISTORY: join(folder, "history.sqlite"),
  };
  const run: JupyterHome["run"] = (command, args, cwd = folder) =>
    spawnSync(join(dirname(python), command), args, { encoding: "utf8", cwd, env });
  return { folder, env, run };
}
