import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BuildOptions, OutputFile } from "esbuild";
import { bootFlags } from "./command.js";
import { kept } from "./kept.js";
import { packageFolder } from "./packages.js";

const learnerFolder = fileURLToPath(new URL("../learner/", import.meta.url));
const libraryFolder = join(packageFolder("@tidu/kernel-lib"), "dist");
const runtime = packageFolder("@tidu/notebook-runtime");
const sources = [
  learnerFolder,
  libraryFolder,
  join(runtime, "dist"),
  packageFolder("@babel/parser", runtime),
];

/** 沙箱里的程序：学习者的进程，和只编译的进程（学习者的进程用到编译器时也载入它）。 */
const PROGRAMS = ["learner", "compiler"] as const;

/** 打成一个文件的程序；`cache` 是 V8 的编译缓存，版本对不上时 V8 自己不用它。 */
interface Program {
  name: string;
  code: string;
  cache: Buffer | null;
}

/** 一个只用内置模块的引导：带着缓存编译程序，运行它导出的函数。 */
const boot = `const { readFileSync } = require("node:fs");
const { constants, Script } = require("node:vm");
const { join } = require("node:path");
const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
const scripts = {};
const load = (name) => {
  const filename = join(__dirname, name + ".js");
  let cachedData;
  try { cachedData = readFileSync(join(__dirname, name + ".cache")); } catch {}
  const script = new Script(readFileSync(filename, "utf8"), { filename, cachedData, importModuleDynamically });
  scripts[name] = script;
  return script.runInThisContext()(require);
};
const mode = process.argv[2];
if (mode === "compile") load("compiler").serve();
else if (mode === "warm") {
  const { compile, precompile } = load("compiler");
  load("learner").warm(compile, precompile).then(() => {
    const caches = Object.entries(scripts).map(([name, script]) => [name, script.createCachedData().toString("base64")]);
    process.stdout.write(JSON.stringify(Object.fromEntries(caches)));
  });
} else {
  let compile;
  load("learner").start(() => (compile ??= load("compiler").compile));
}
`;

/** 打好的包；没有 esbuild 时各为 null，改为逐个文件载入，慢得多。 */
interface Bundles {
  programs: Program[] | null;
  /** 梯度库，打成几个文件。 */
  library: { name: string; contents: Uint8Array }[] | null;
}

let bundles: Bundles | undefined;

/** 打包一次，以后都用它；存在磁盘上，源文件没变就不必再打。 */
function built(): Bundles {
  bundles ??= kept("sandbox", sources, () => ({
    programs: buildPrograms(),
    library: buildLibrary(),
  }));
  return bundles;
}

function buildPrograms(): Program[] | null {
  const entries = { learner: "main", compiler: "compiler" };
  const files = esbuild({
    entryPoints: PROGRAMS.map((name) => ({ in: join(learnerFolder, `${entries[name]}.js`), out: name })),
    outdir: "/",
    format: "cjs",
    // 梯度库由笔记本自己引用，两处要是同一份。
    external: ["@tidu/kernel-lib"],
    supported: { "dynamic-import": true },
    banner: { js: "(function (require) { const module = { exports: {} };" },
    footer: { js: "return module.exports; })" },
  });
  if (files === null) return null;
  const codes = PROGRAMS.map((name) => ({
    name,
    code: files.find(({ path }) => path.endsWith(`${name}.js`))!.text,
  }));
  const caches = compileCaches(codes);
  return codes.map((program) => ({ ...program, cache: caches[program.name] ?? null }));
}

function buildLibrary(): Bundles["library"] {
  // 按需载入的设备各成一个文件，可选的依赖不打进去。
  const files = esbuild({
    entryPoints: [join(libraryFolder, "index.js")],
    format: "esm",
    splitting: true,
    outdir: "/",
    external: ["webgpu", "@tensorflow/*"],
  });
  return files?.map(({ path, contents }) => ({ name: basename(path), contents })) ?? null;
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

/** 把打好包的梯度库放进 `folder`，笔记本引用它只要原来四分之一的时间。没有打包时返回假，由调用者用链接。 */
export function writeLibrary(folder: string): boolean {
  const { library } = built();
  if (library === null) return false;
  mkdirSync(folder);
  for (const { name, contents } of library) writeFileSync(join(folder, name), contents);
  const { name, version } = JSON.parse(readFileSync(join(libraryFolder, "../package.json"), "utf8"));
  const manifest = { name, version, type: "module", exports: { ".": "./index.js" } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
  return true;
}

/** 在另一个进程里跑过一遍再取缓存，里面才有运行时才编译的函数。 */
function compileCaches(codes: { name: string; code: string }[]): Record<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "tidu-boot-"));
  try {
    writeFileSync(join(folder, "boot.cjs"), boot);
    for (const { name, code } of codes) writeFileSync(join(folder, `${name}.js`), code);
    const { status, stdout } = spawnSync(process.execPath, [...bootFlags, join(folder, "boot.cjs"), "warm"], {
      maxBuffer: 1 << 26,
      timeout: 20_000,
      env: {},
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    if (status !== 0) return {};
    const caches = Object.entries(JSON.parse(stdout) as Record<string, string>);
    return Object.fromEntries(caches.map(([name, text]) => [name, Buffer.from(text, "base64")]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** 没有打包工具时，直接放进沙箱的文件。 */
const LOOSE = [
  "child",
  "main",
  "check",
  "compiler",
  "disarm",
  "listen",
  "precompiled",
  "runtime",
  "tensors",
  "wire",
];

/** 把程序写进目录，返回入口。 */
export function writeProgram(folder: string): string {
  const bundled = built().programs;
  if (bundled === null) {
    for (const name of LOOSE) copyFileSync(join(learnerFolder, `${name}.js`), join(folder, `${name}.js`));
    return join(folder, "child.js");
  }
  writeFileSync(join(folder, "boot.cjs"), boot);
  for (const { name, code, cache } of bundled) {
    writeFileSync(join(folder, `${name}.js`), code);
    if (cache !== null) writeFileSync(join(folder, `${name}.cache`), cache);
  }
  return join(folder, "boot.cjs");
}
