import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * 测试用的 Python：环境变量 TIDU_PYTHON，或 TIDU_JUPYTER 指的虚拟环境，或仓库的 .venv
 * （`node scripts/lab.mjs --setup-only` 建好它）。没有装 JupyterLab 的不算，返回 undefined。
 */
export function jupyterPython(): string | undefined {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const inside = process.platform === "win32" ? ["Scripts", "python.exe"] : ["bin", "python"];
  const venv = process.env["TIDU_JUPYTER"] ?? join(root, ".venv");
  const python = process.env["TIDU_PYTHON"] ?? join(venv, ...inside);
  if (!existsSync(python)) return undefined;
  const probe = spawnSync(python, ["-c", "import jupyterlab, jupyter_kernel_test"], { stdio: "ignore" });
  return probe.status === 0 ? python : undefined;
}
