// 构建过期的部分：tsc -b 自己知道哪些文件变了。
import { spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const packages = ["kernel-lib", "notebook-runtime", "jupyter-kernel", "grader", "book", "cli", "bench"];
/** 内核的包里有这些包的代码。 */
const bundled = ["jupyter-kernel", "notebook-runtime"];
const manifest = join(root, "jupyter-kernel", "dist", "bundle", "manifest.json");

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
    const built = builtAt(name);
    return built === undefined || newest(join(root, name, "src")) > built;
  });
  if (stale) build();
  else if (bundled.some((name) => builtAt(name) > (modified(manifest) ?? 0))) bundle();
}

export function build() {
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-b", root], { stdio: "inherit", cwd: root });
  if (status !== 0) process.exit(status ?? 1);
  bundle();
}

/** 内核与执行进程的入口打成包，启动快；打不成也能用，只是慢。 */
function bundle() {
  const code = "import { bundleKernel } from './jupyter-kernel/dist/bundle.js'; await bundleKernel();";
  spawnSync(process.execPath, ["--input-type=module", "-e", code], { stdio: "inherit", cwd: root });
}

/** 上次编译这个包的时间；没有编译过是 undefined。 */
function builtAt(name) {
  return modified(join(root, name, "dist", ".tsbuildinfo"));
}

function modified(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();
