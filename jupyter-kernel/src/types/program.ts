import { statSync } from "node:fs";
import { API, type Project, type Snapshot } from "typescript/unstable/sync";
import { configFile, configFiles, globalsFile, projectConfig } from "./config.js";

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
  /** 程序里用到的、笔记本旁边的源文件 → 修改时间 */
  readonly #watched = new Map<string, number>();
  #snapshot: Snapshot;
  /** 项目的 tsconfig.json 有问题时，说清楚问题的一句话 */
  readonly problem: string | undefined;

  /** @param root 根文件的名字；其余文件经由它的 import 进入程序 */
  constructor(folder: string, root: string, files: Iterable<[string, string]>) {
    this.#folder = folder.replaceAll("\\", "/").replace(/\/$/, "");
    this.#config = this.path(configFile);
    for (const [name, text] of files) this.#files.set(this.path(name), text);
    const configure = (project: string | undefined) => {
      for (const [name, text] of configFiles(folder, this.#folder, root, project))
        this.#files.set(this.path(name), text);
    };
    const project = projectConfig(folder);
    configure(project);
    this.#api = new API({
      cwd: folder,
      fs: {
        readFile: (path) => this.#files.get(path),
        fileExists: (path) => (this.#files.has(path) ? true : undefined),
      },
    });
    this.#snapshot = this.#api.updateSnapshot({ openProjects: [this.#config] });
    const broken = project ? this.#broken() : undefined;
    if (broken === undefined) return;
    this.problem = `${project} 有问题，没有采用：${broken}`;
    configure(undefined);
    this.#update({ changed: [this.#config] });
  }

  /** 配置里的第一个错误。 */
  #broken(): string | undefined {
    const project = this.#snapshot.getProject(this.#config);
    if (!project) return "TypeScript 打不开它";
    return project.program.getConfigFileParsingDiagnostics()[0]?.text;
  }

  path(name: string): string {
    return `${this.#folder}/${name}`;
  }

  /** 原生进程还在不在。它死后文件描述符会被别人拿去用，所以每次开口之前都要看。 */
  get alive(): boolean {
    const { client } = this.#api as unknown as { client?: { channel?: { child?: ChildState } } };
    const child = client?.channel?.child;
    return child === undefined || (child.exitCode === null && child.signalCode === null);
  }

  /** 写一个文件；到下一次取 {@link project} 时才一并生效。 */
  write(name: string, text: string): void {
    const path = this.path(name);
    const old = this.#files.get(path);
    if (old === text) return;
    this.#changes[old === undefined ? "created" : "changed"].add(path);
    this.#files.set(path, text);
  }

  /** 补上全局声明。 */
  declare(text: string): void {
    const globals = this.#files.get(this.path(globalsFile)) ?? "";
    if (!globals.includes(text)) this.write(globalsFile, globals + text);
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

  /** 记下程序用到的、笔记本旁边的源文件：它们会在编辑器里被改。 */
  watch(): void {
    for (const name of this.project.program.getSourceFileNames())
      if (!name.includes("/node_modules/") && !this.#files.has(name) && !this.#watched.has(name)) {
        const time = modified(name);
        if (time !== undefined) this.#watched.set(name, time);
      }
  }

  /** 磁盘上改过的源文件重新读；没有返回 false。 */
  refresh(): boolean {
    let found = false;
    for (const [name, time] of this.#watched) {
      const now = modified(name);
      if (now === time) continue;
      found = true;
      if (now === undefined) this.#watched.delete(name);
      else this.#watched.set(name, now);
      this.#update(now === undefined ? { deleted: [name] } : { changed: [name] });
    }
    return found;
  }

  /** 从头看一遍磁盘：刚装了包、刚建了文件。 */
  rescan(): void {
    const next = this.#api.updateSnapshot({ fileChanges: { invalidateAll: true } });
    this.#snapshot.dispose();
    this.#snapshot = next;
  }

  #update(fileChanges: { created?: string[]; changed?: string[]; deleted?: string[] }): void {
    const next = this.#api.updateSnapshot({ fileChanges });
    this.#snapshot.dispose();
    this.#snapshot = next;
  }

  close(): void {
    if (!this.alive) return;
    this.#snapshot.dispose();
    this.#api.close();
  }
}

interface ChildState {
  exitCode: number | null;
  signalCode: string | null;
}

function modified(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
