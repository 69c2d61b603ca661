import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { CliError } from "./failure.js";

/** 把文件与文件夹展开成 .ipynb 的列表，按路径排序；隐藏文件夹（含 .ipynb_checkpoints）不看。 */
export function notebookFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (!existsSync(path)) {
      throw new CliError(
        "TIDU-CLI-001",
        `找不到 ${path}。请检查路径；相对路径从当前文件夹 ${process.cwd()} 算起。`,
      );
    }
    return statSync(path).isDirectory() ? walk(path) : [path];
  });
  return [...new Set(files)];
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith("."))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return walk(path);
      return entry.name.endsWith(".ipynb") ? [path] : [];
    });
}
