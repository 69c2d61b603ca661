// 构建过期的部分：tsc -b 自己知道哪些文件变了。
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packages = ["kernel-lib", "notebook-runtime", "jupyter-kernel", "grader", "book", "cli", "bench"];

function newest(dir) {
  let time = 0;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    time = Math.max(time, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return time;
}

/** 编译过期的包；全部是新的时候只看文件时间，不启动编译器。 */
export function ensureBuilt() {
  const stale = packages.some((name) => {
    const info = join(root, name, "dist", ".tsbuildinfo");
    return !existsSync(info) || newest(join(root, name, "src")) > statSync(info).mtimeMs;
  });
  if (stale) build();
}

export function build() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-b", root], { stdio: "inherit", cwd: root });
  if (status !== 0) process.exit(status ?? 1);
  // 内核打成一个包，启动快；打不成也能用，只是慢
  const bundle = "import { bundleKernel } from './jupyter-kernel/dist/bundle.js'; await bundleKernel();";
  spawnSync(process.execPath, ["--input-type=module", "-e", bundle], { stdio: "inherit", cwd: root });
}
