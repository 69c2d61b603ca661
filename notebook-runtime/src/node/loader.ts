import { existsSync, readFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { RuntimeError } from "../errors.js";
import { resolveFile } from "./files.js";
import { ModuleGraph } from "./graph.js";
import { findProject, mapped, type ProjectConfig } from "./tsconfig.js";
import { installWorkers } from "./workers.js";

type Namespace = Record<string, unknown>;
type Import = (specifier: string, options?: unknown) => Promise<Namespace>;

export interface LoadOptions {
  with?: Record<string, string>;
  /** import source：要 WebAssembly.Module 本身。 */
  phase?: "source";
}

/** 从笔记本所在目录解析导入：ESM、CommonJS、JSON、WASM、node: 内建模块、相对路径、tsconfig 的 paths。 */
export class Loader {
  readonly require: NodeJS.Require;
  readonly meta: { url: string; dirname: string; filename: string; resolve: (specifier: string) => string };
  readonly #import: Import;
  readonly #graph = new ModuleGraph();
  /** 加载钩子在第一次导入自己的文件时才装。 */
  #hooked: Promise<void> | undefined;
  #project: ProjectConfig | null | undefined;
  readonly #shims: Record<string, Namespace>;

  constructor(cwd: string, shims: Record<string, Namespace>) {
    const filename = join(cwd, "notebook.js");
    this.#shims = shims;
    this.#import = new Script("(specifier,options)=>import(specifier,options)", {
      filename,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext() as Import;
    hideWarning();
    this.require = this.#createRequire(filename);
    const { href: url } = pathToFileURL(filename);
    this.meta = { url, dirname: cwd, filename, resolve: (specifier) => this.#resolve(specifier) };
  }

  #createRequire(filename: string): NodeJS.Require {
    const require = nodeModule.createRequire(filename);
    return new Proxy(require, {
      apply: (target, self, [id]: [unknown]) => {
        const specifier = String(id);
        const shim = this.#shims[specifier];
        if (shim) return shim;
        this.#prepare(specifier);
        const found = this.#find(specifier);
        if (found && /\.m?ts$/.test(found.pathname))
          throw new RuntimeError(
            "TIDU-RT-020",
            `require 不能加载 TypeScript 文件 ${specifier}：请用 import 或 await import()。`,
          );
        if (!found && specifier.startsWith("@tidu/")) return requireOwn(require, specifier);
        if (!found && !relative.test(specifier) && !process.env.NODE_PATH) this.#expect(specifier);
        return Reflect.apply(target, self, [found ? fileURLToPath(found) : id]);
      },
    });
  }

  /** 笔记本所在的 TypeScript 项目。 */
  get project(): ProjectConfig | null {
    if (this.#project === undefined) this.#project = findProject(this.meta.dirname);
    return this.#project;
  }

  #resolve(specifier: string): string {
    if (/^[a-z][a-z\d+.-]*:/i.test(specifier)) return specifier;
    const found = this.#find(specifier);
    if (found) return found.href;
    if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, this.meta.url).href;
    const path = this.require.resolve(specifier);
    return path.startsWith("/") || /^[A-Z]:/i.test(path) ? pathToFileURL(path).href : `node:${path}`;
  }

  /** 笔记本自己的文件：相对路径，或 tsconfig 的 paths、baseUrl 指到的；不是则是 null。 */
  #find(specifier: string): URL | null {
    if (relative.test(specifier)) return resolveFile(join(this.meta.dirname, specifier));
    for (const path of this.project ? mapped(this.project, specifier) : []) {
      const found = resolveFile(path);
      if (found) return found;
    }
    return null;
  }

  async load(specifier: string, options: LoadOptions = {}): Promise<Namespace> {
    const shim = this.#shims[specifier];
    if (shim) return shim;
    this.#prepare(specifier);
    const found = this.#find(specifier);
    if (found) return this.#loadFile(found, options);
    if (relative.test(specifier)) {
      const path = join(this.meta.dirname, specifier);
      throw missing(`没有文件 ${path}（也试过 .ts、.js 等扩展名）。相对路径从笔记本所在的目录算起。`);
    }
    try {
      this.#expect(specifier);
      return await this.#import(specifier, options);
    } catch (error) {
      const { code } = error as { code?: string };
      // 笔记本放在别处时，课程自己的包从本包旁边找。
      if (specifier.startsWith("@tidu/") && code === "ERR_MODULE_NOT_FOUND") return import(specifier);
      // 只给 require 准备了入口的包。
      if (code === "ERR_PACKAGE_PATH_NOT_EXPORTED")
        return this.#import(pathToFileURL(this.require.resolve(specifier)).href, options);
      throw error;
    }
  }

  async #loadFile({ href, pathname }: URL, options: LoadOptions): Promise<Namespace> {
    if (options.phase === "source") return { default: new WebAssembly.Module(readFileSync(new URL(href))) };
    if (/\.json$/i.test(pathname)) {
      // 每次都读，文件改过就是新内容。
      const value: unknown = JSON.parse(readFileSync(new URL(href), "utf8"));
      return { ...(typeof value === "object" ? value : {}), default: value };
    }
    this.#hooked ??= import("./hooks.js").then(({ installHooks }) => installHooks(this.#graph));
    await this.#hooked;
    try {
      const module = await this.#import(this.#graph.address(href), options);
      this.#graph.succeeded(href);
      return module;
    } catch (error) {
      this.#graph.failed(href);
      throw error;
    }
  }

  /** 用得到 worker 的代码：先让它认得 TypeScript 文件。 */
  #prepare(specifier: string): void {
    if (/^(?:node:)?worker_threads$/.test(specifier)) installWorkers();
  }

  /**
   * Node 会一直记得「没有这个包」，之后装上了也看不见：没有装的包不去问它。
   */
  #expect(specifier: string): void {
    if (/^(?:[a-z][a-z\d+.-]*:|#|\/)/i.test(specifier) || nodeModule.isBuiltin(specifier)) return;
    const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
    if (installed(this.meta.dirname, name)) return;
    throw missing(`没有安装包 ${name}。在单元格里运行 %npm install ${name} 可以安装。`);
  }
}

/** 相对路径。 */
const relative = /^\.{1,2}(?:\/|$)/;

/** 与 Node 自己的「找不到模块」同一个 code。 */
function missing(message: string): Error {
  return Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
}

/** 从 folder 往上的 node_modules 里有没有这个包；包也可以用自己的名字导入自己。 */
function installed(folder: string, name: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, "node_modules", name))) return true;
    if (existsSync(join(at, "package.json")) && ownName(join(at, "package.json")) === name) return true;
    if (dirname(at) === at) return false;
  }
}

function ownName(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")).name;
  } catch {
    return undefined;
  }
}

/** vm 的动态导入、%memory 用的 queryObjects 在 Node 20 里算实验功能；它们的警告与学习者无关。 */
function hideWarning(): void {
  const original = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (/USE_MAIN_CONTEXT_DEFAULT_LOADER|queryObjects/.test(String(warning))) return;
    Reflect.apply(original, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
}

/** 笔记本放在别处时，课程自己的包从本包旁边找。 */
function requireOwn(require: NodeJS.Require, specifier: string): unknown {
  try {
    require.resolve(specifier);
  } catch {
    return nodeModule.createRequire(import.meta.url)(specifier);
  }
  return require(specifier);
}
