import { API, type Project, type Snapshot } from "typescript/unstable/sync";
import { packageOptions } from "./packages.js";

/** 与课程代码同样严格；`bundler` 解析让 exports、JSON、省略扩展名都照 Node 与打包器的习惯工作。 */
const compilerOptions = {
  target: "es2023",
  lib: ["es2023", "dom", "dom.iterable", "dom.asynciterable", "esnext.disposable"],
  module: "esnext",
  moduleResolution: "bundler",
  moduleDetection: "force",
  customConditions: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  allowUnusedLabels: true,
  allowUnreachableCode: true,
};

/**
 * 一个虚拟的 TypeScript 项目：单元格是只在内存里的文件，放在笔记本所在的文件夹，
 * 于是相对路径与 node_modules 的解析和磁盘上的文件一样。
 */
export class VirtualProgram {
  readonly #api: API;
  readonly #config: string;
  readonly #folder: string;
  readonly #files = new Map<string, string>();
  readonly #changes = { created: new Set<string>(), changed: new Set<string>() };
  #snapshot: Snapshot;

  /** @param root 根文件的名字；其余文件经由它的 import 进入程序 */
  constructor(folder: string, root: string, files: Iterable<[string, string]>) {
    this.#folder = folder.replaceAll("\\", "/").replace(/\/$/, "");
    this.#config = this.path("__tidu_tsconfig.json");
    for (const [name, text] of files) this.#files.set(this.path(name), text);
    this.#files.set(
      this.#config,
      JSON.stringify({
        compilerOptions: { ...compilerOptions, ...packageOptions(folder) },
        files: [this.path(root)],
      }),
    );
    this.#api = new API({
      cwd: folder,
      fs: {
        readFile: (path) => this.#files.get(path),
        fileExists: (path) => (this.#files.has(path) ? true : undefined),
      },
    });
    this.#snapshot = this.#api.updateSnapshot({ openProjects: [this.#config] });
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** 写一个文件；到下一次取 {@link project} 时才一并生效。 */
  write(name: string, text: string): void {
    const path = this.path(name);
    const old = this.#files.get(path);
    if (old === text) return;
    this.#changes[old === undefined ? "created" : "changed"].add(path);
    this.#files.set(path, text);
  }

  /**
   * 一次只报一个文件的改动：只有一个文件变、它的 import 又没变时，
   * TypeScript 沿用整个程序；两个文件一起变就要重做（2 毫秒变 15 毫秒）。
   */
  get project(): Project {
    const { created, changed } = this.#changes;
    if (created.size > 0) this.#update({ created: [...created], changed: [...changed] });
    else for (const path of changed) this.#update({ changed: [path] });
    created.clear();
    changed.clear();
    return this.#snapshot.getProject(this.#config)!;
  }

  #update(fileChanges: { created?: string[]; changed?: string[] }): void {
    const next = this.#api.updateSnapshot({ fileChanges });
    this.#snapshot.dispose();
    this.#snapshot = next;
  }

  close(): void {
    this.#snapshot.dispose();
    this.#api.close();
  }
}
