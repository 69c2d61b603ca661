import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** 学习者进程的程序，打成一个文件；`cache` 是 V8 的编译缓存，版本对不上时 V8 自己不用它。 */
export interface Bundle {
  boot: string;
  code: string;
  cache: Buffer | null;
}

/** 一个只用内置模块的引导：带着缓存编译 code.js，运行它导出的 start 或 warm。 */
const boot = `const { readFileSync } = require("node:fs");
const { constants, Script } = require("node:vm");
const { join } = require("node:path");
let cachedData;
try { cachedData = readFileSync(join(__dirname, "code.cache")); } catch {}
const filename = join(__dirname, "code.js");
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const script = new Script(readFileSync(filename, "utf8"), { filename, cachedData, importModuleDynamically });
const main = script.runInThisContext()(require);
if (process.argv[2] === "warm") main.warm().then(() => process.stdout.write(script.createCachedData()));
else main.start();
`;

let built: Bundle | null | undefined;

/** 打包一次，以后都用它；没有 esbuild 时为 null，改为逐个文件载入，慢 60 毫秒左右。 */
export function learnerBundle(): Bundle | null {
  built ??= build();
  return built;
}

function build(): Bundle | null {
  let code: string;
  try {
    const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
    const { outputFiles } = buildSync({
      entryPoints: [fileURLToPath(new URL("../learner/main.js", import.meta.url))],
      bundle: true,
      platform: "node",
      format: "cjs",
      // 梯度库由笔记本自己引用，两处要是同一份。
      external: ["@tidu/kernel-lib"],
      supported: { "dynamic-import": true },
      minifyWhitespace: true,
      write: false,
      logLevel: "silent",
      banner: { js: "(function (require) { const module = { exports: {} };" },
      footer: { js: "return module.exports; })" },
    });
    code = outputFiles[0]!.text;
  } catch {
    return null;
  }
  return { boot, code, cache: compileCache(code) };
}

/** 在另一个进程里跑过一遍再取缓存，里面才有运行时才编译的函数。 */
function compileCache(code: string): Buffer | null {
  const folder = mkdtempSync(join(tmpdir(), "tidu-boot-"));
  try {
    writeFileSync(join(folder, "boot.cjs"), boot);
    writeFileSync(join(folder, "code.js"), code);
    const { status, stdout } = spawnSync(process.execPath, [join(folder, "boot.cjs"), "warm"], {
      maxBuffer: 1 << 26,
      timeout: 20_000,
      env: {},
      stdio: ["ignore", "pipe", "ignore"],
    });
    return status === 0 && stdout.length > 0 ? stdout : null;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 把程序写进目录，返回入口。 */
export function writeProgram(folder: string): string {
  const bundle = learnerBundle();
  if (bundle === null) {
    const learner = fileURLToPath(new URL("../learner/", import.meta.url));
    for (const name of ["child.js", "main.js", "disarm.js", "runtime.js", "tensors.js", "wire.js"])
      writeFileSync(join(folder, name), readFileSync(join(learner, name)));
    return join(folder, "child.js");
  }
  writeFileSync(join(folder, "boot.cjs"), bundle.boot);
  writeFileSync(join(folder, "code.js"), bundle.code);
  if (bundle.cache !== null) writeFileSync(join(folder, "code.cache"), bundle.cache);
  return join(folder, "boot.cjs");
}
