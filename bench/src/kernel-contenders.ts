import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { kernelspec } from "@tidu/jupyter-kernel";

export interface KernelContender {
  argv: string[];
  /** 套接字接通之后隔几毫秒再开口：tslab 绑定 iopub 的半途收到请求会卡死 */
  settle: number;
}

const require = createRequire(import.meta.url);

/** 每个内核的启动命令；null 表示这台机器上没有它。 */
export function kernels(): Record<"tidu" | "tslab" | "deno", KernelContender | null> {
  return { tidu: { argv: kernelspec()["argv"] as string[], settle: 0 }, tslab: tslab(), deno: deno() };
}

function tslab(): KernelContender | null {
  const folder = packageFolder("tslab");
  if (folder === null) return null;
  const program = join(folder, "bin", "tslab");
  return { argv: [process.execPath, program, "kernel", "--config-path", "{connection_file}"], settle: 10 };
}

/** npm 的 deno 包只是个壳，直接用里面的程序，免得把壳的时间算给它。 */
function deno(): KernelContender | null {
  const { platform, arch } = process;
  const names =
    platform === "linux"
      ? [`@deno/linux-${arch}-glibc`, `@deno/linux-${arch}`]
      : [`@deno/${platform}-${arch}`];
  for (const name of names) {
    const folder = packageFolder(name);
    const program = folder && join(folder, platform === "win32" ? "deno.exe" : "deno");
    if (program && existsSync(program))
      return { argv: [program, "jupyter", "--kernel", "--conn", "{connection_file}"], settle: 0 };
  }
  return null;
}

function packageFolder(name: string): string | null {
  try {
    return dirname(require.resolve(`${name}/package.json`));
  } catch {
    return null;
  }
}
