import { statSync } from "node:fs";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { resolveFile } from "./files.js";
import * as hooks from "./ts-hooks.js";

type Namespace = Record<string, unknown>;
type Import = (specifier: string, options?: unknown) => Promise<Namespace>;

/** 从笔记本所在目录解析导入：ESM、CommonJS、JSON、node: 内建模块、相对路径。 */
export class Loader {
  readonly require: NodeJS.Require;
  readonly meta: { url: string; dirname: string; filename: string; resolve: (specifier: string) => string };
  readonly #import: Import;
  /** 相对导入的文件 → 第一次导入时的修改时间。 */
  readonly #versions = new Map<string, number>();
  /** .ts 的加载钩子在第一次用到时才装。 */
  #hooked = false;
  readonly #shims: Record<string, Namespace>;

  constructor(cwd: string, shims: Record<string, Namespace>) {
    const filename = join(cwd, "notebook.js");
    this.#shims = shims;
    this.#import = new Script("(specifier,options)=>import(specifier,options)", {
      filename,
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }).runInThisContext() as Import;
    hideWarning();
    const require = nodeModule.createRequire(filename);
    this.require = new Proxy(require, {
      apply: (target, self, args) => shims[String(args[0])] ?? Reflect.apply(target, self, args),
    });
    const { href: url } = pathToFileURL(filename);
    this.meta = {
      url,
      dirname: cwd,
      filename,
      resolve: (specifier) => {
        if (/^[a-z][a-z\d+.-]*:/i.test(specifier)) return specifier;
        if (/^\.{0,2}\//.test(specifier)) return new URL(specifier, url).href;
        const path = this.require.resolve(specifier);
        return path.startsWith("/") || /^[A-Z]:/i.test(path) ? pathToFileURL(path).href : `node:${path}`;
      },
    };
  }

  #file(specifier: string): string {
    const url = resolveFile(join(this.meta.dirname, specifier));
    if (!url) return specifier;
    if (/\.m?ts$/.test(url.pathname) && !this.#hooked) {
      installHooks();
      this.#hooked = true;
    }
    return versioned(url, this.#versions);
  }

  async load(specifier: string, options?: { with?: Record<string, string> }): Promise<Namespace> {
    const shim = this.#shims[specifier];
    if (shim) return shim;
    if (/\.json$/i.test(specifier) && options?.with?.type === undefined && !/^[a-z]{2,}:/i.test(specifier)) {
      const value = this.require(specifier);
      return { ...(typeof value === "object" ? value : {}), default: value };
    }
    if (/^\.{1,2}(?:\/|$)/.test(specifier)) return this.#import(this.#file(specifier), options);
    try {
      return await this.#import(specifier, options);
    } catch (error) {
      // 笔记本放在别处时，课程自己的包从本包旁边找。
      if (specifier.startsWith("@tidu/") && isNotFound(error)) return import(specifier);
      throw error;
    }
  }
}

function installHooks(): void {
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: object) => void };
  if (registerHooks) registerHooks(hooks);
  else nodeModule.register(new URL("./ts-hooks.js", import.meta.url));
}

/** 相对路径 → 地址；文件改过之后换一个查询串，重新导入就是新内容。 */
function versioned(url: URL, versions: Map<string, number>): string {
  const modified = statSync(url).mtimeMs;
  const first = versions.get(url.href) ?? modified;
  versions.set(url.href, first);
  return modified === first ? url.href : `${url.href}?v=${modified}`;
}

function isNotFound(error: unknown): boolean {
  return (error as { code?: string } | null)?.code === "ERR_MODULE_NOT_FOUND";
}

/** vm 的动态导入在 Node 20 里算实验功能；它的警告与学习者无关。 */
function hideWarning(): void {
  const original = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) return;
    Reflect.apply(original, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
}
