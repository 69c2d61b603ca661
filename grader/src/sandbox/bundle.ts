import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, OutputFile } from "esbuild";

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
  const files = esbuild({
    entryPoints: [fileURLToPath(new URL("../learner/main.js", import.meta.url))],
    format: "cjs",
    // 梯度库由笔记本自己引用，两处要是同一份。
    external: ["@tidu/kernel-lib"],
    supported: { "dynamic-import": true },
    banner: { js: "(function (require) { const module = { exports: {} };" },
    footer: { js: "return module.exports; })" },
  });
  if (files === null) return null;
  const code = files[0]!.text;
  return { boot, code, cache: compileCache(code) };
}

/** 打包的结果；没有 esbuild 时为 null。 */
function esbuild(options: BuildOptions): OutputFile[] | null {
  try {
    const { buildSync } = createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
    const common: BuildOptions = {
      bundle: true,
      platform: "node",
      minifyWhitespace: true,
      write: false,
      logLevel: "silent",
    };
    return buildSync({ ...common, ...options }).outputFiles ?? null;
  } catch {
    return null;
  }
}

let library: OutputFile[] | null | undefined;

/**
 * 把梯度库打成几个文件放进 `folder`，笔记本引用它只要原来四分之一的时间。打不了包时返回假，由调用者用链接。
 *
 * @param home 梯度库的目录。
 */
export function writeLibrary(folder: string, home: string): boolean {
  // 按需载入的设备各成一个文件，可选的依赖不打进去。
  library ??= esbuild({
    entryPoints: [join(home, "dist", "index.js")],
    format: "esm",
    splitting: true,
    outdir: folder,
    external: ["webgpu", "@tensorflow/*"],
  });
  if (library === null) return false;
  mkdirSync(folder);
  for (const { path, contents } of library) writeFileSync(join(folder, basename(path)), contents);
  const { name, version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const manifest = { name, version, type: "module", exports: { ".": "./index.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return true;
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
