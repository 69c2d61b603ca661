import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { CliError } from "./failure.js";

/** 启动 stock tslab 内核的命令行。 */
export function tslabCommand(): string[] {
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(require.resolve("tslab/package.json"));
    return [process.execPath, join(root, "bin", "tslab"), "kernel", "--config-path", "{connection_file}"];
  } catch {
    throw new CliError("TIDU-CLI-008", "没有装 tslab。请在仓库根目录运行 npm install。");
  }
}
