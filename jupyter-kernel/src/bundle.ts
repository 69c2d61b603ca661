import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

const dist = dirname(fileURLToPath(import.meta.url));

/** 内核进程的三段分开打：连上前端只需要第一段，另外两段随后才装。 */
const entries: Record<string, string> = {
  run: join(dist, "run.js"),
  types: join(dist, "types", "native.js"),
  session: fileURLToPath(import.meta.resolve("@tidu/notebook-runtime/node")),
};

/** 执行进程的入口。包放在它旁边：里面按自己的位置找的文件、堆栈里算内部的路径，都和没打包时一样。 */
const child = join(dirname(entries["session"]!), "node", "child.js");
const childBundle = child.replace(/\.js$/, ".bundle.mjs");

const common = {
  bundle: true,
  write: false,
  metafile: true,
  absWorkingDir: dist,
  platform: "node",
  target: "node20",
  charset: "utf8",
} as const;

/**
 * 把内核进程要用的几十个模块打成三个 CommonJS 文件，写到 dist/bundle；执行进程的打成一个 ESM 文件。
 * 逐个装 ESM 模块的时间比 Node 自己启动还长。main.cts 只在源文件都没变时用它们。
 */
export async function bundleKernel(): Promise<void> {
  const { build } = await import("esbuild");
  const folder = join(dist, "bundle");
  const kernel = await build({
    ...common,
    entryPoints: entries,
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    format: "cjs",
    // 包都在本地，require 比 import 少一次异步装载
    supported: { "dynamic-import": false },
    banner: {
      js: 'const __fileUrl = (file) => require("node:url").pathToFileURL(require("node:path").join(__dirname, file)).href;',
    },
    plugins: [lazyEntries, fileUrls(folder)],
  });
  const session = await build({ ...common, entryPoints: [child], outfile: childBundle, format: "esm" });
  const names = new Set([...Object.keys(kernel.metafile.inputs), ...Object.keys(session.metafile.inputs)]);
  const inputs = [...names].map((name) => {
    const file = join(dist, name);
    const { size, mtimeMs } = statSync(file);
    return [relative(dist, file), size, mtimeMs];
  });
  mkdirSync(folder, { recursive: true });
  // 清单最后写：写到一半停下，main.cts 就当没有包
  rmSync(join(folder, "manifest.json"), { force: true });
  for (const { path, contents } of [...kernel.outputFiles, ...session.outputFiles]) replace(path, contents);
  const manifest = { child: relative(dist, childBundle), inputs: inputs.filter(watched) };
  replace(join(folder, "manifest.json"), JSON.stringify(manifest));
}

/** npm 包的版本锁死，不会自己变，不必每次启动都看。 */
function watched([file]: (string | number)[]): boolean {
  return !String(file).includes("node_modules");
}

/** 别的内核可能正在读旧的那份。 */
function replace(path: string, contents: string | Uint8Array): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, contents);
  renameSync(fresh, path);
}

/** 动态导入的那两段留在各自的文件里；npm 包除 TypeScript 的客户端（六十多个小文件）外都不打进来。 */
const lazyEntries: Plugin = {
  name: "lazy-entries",
  setup(build) {
    build.onResolve({ filter: /.*/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
      if (pluginData === resolving || kind === "entry-point") return undefined;
      if (/^[^.#]/.test(path) && !/^(?:@tidu\/|typescript\/unstable\/)/.test(path))
        return { path, external: true };
      if (kind !== "dynamic-import") return undefined;
      const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: resolving });
      const name = Object.keys(entries).find((key) => entries[key] === found.path);
      return name ? { path: `./${name}.cjs`, external: true } : found;
    });
  },
};
const resolving = Symbol("resolving");

/** 每个模块的 import.meta.url 仍是它自己的地址。 */
function fileUrls(folder: string): Plugin {
  return {
    name: "file-urls",
    setup(build) {
      build.onLoad({ filter: /\.js$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        if (!source.includes("import.meta.url")) return undefined;
        const url = `__fileUrl(${JSON.stringify(relative(folder, path))})`;
        return { contents: source.replaceAll("import.meta.url", url), loader: "js" };
      });
    },
  };
}
