import { statSync } from "node:fs";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";

/** 加载钩子报告的一条导入：谁（没有查询串的地址）导入了谁，被导入的文件当时的修改时间。 */
export type Edge = [parent: string, child: string, modified: number];

/**
 * 笔记本导入的文件之间的依赖。文件改过之后，它和直接、间接导入它的文件换一个查询串，
 * 重新导入就是新内容；没有受影响的文件仍是同一个实例。
 */
export class ModuleGraph {
  readonly #modified = new Map<string, number>();
  readonly #parents = new Map<string, Set<string>>();
  readonly #children = new Map<string, Set<string>>();
  readonly #versions = new Map<string, number>();
  /** 成功加载过的文件；失败的下次要重来。 */
  readonly #loaded = new Set<string>();
  #port: MessagePort | null = null;
  #count = 0;

  connect(port: MessagePort): void {
    this.#port = port;
    port.unref();
  }

  /** 收下新的依赖，看哪些文件改过，返回 root 现在该用的地址。 */
  address(root: string): string {
    this.#drain();
    if (!this.#modified.has(root)) this.#modified.set(root, modified(root));
    const stale = new Set<string>();
    for (const [file, before] of this.#modified) {
      const now = modified(file);
      if (now === before) continue;
      this.#modified.set(file, now);
      this.#spread(file, this.#parents, stale);
    }
    this.#renew(stale);
    return this.#versioned(root);
  }

  succeeded(root: string): void {
    this.#drain();
    this.#spread(root, this.#children, this.#loaded);
  }

  /** 加载失败会被引擎记住：没有成功过的那些换一个地址，改好之后才能重试。 */
  failed(root: string): void {
    this.#drain();
    const reached = new Set<string>();
    this.#spread(root, this.#children, reached);
    this.#renew(new Set([...reached].filter((file) => !this.#loaded.has(file))));
  }

  #drain(): void {
    if (!this.#port) return;
    for (let next = receiveMessageOnPort(this.#port); next; next = receiveMessageOnPort(this.#port)) {
      const [parent, child, time] = next.message as Edge;
      add(this.#parents, child, parent);
      add(this.#children, parent, child);
      if (!this.#modified.has(child)) this.#modified.set(child, time);
    }
  }

  #spread(from: string, edges: Map<string, Set<string>>, into: Set<string>): void {
    if (into.has(from)) return;
    into.add(from);
    for (const next of edges.get(from) ?? []) this.#spread(next, edges, into);
  }

  #renew(files: Set<string>): void {
    for (const file of files) {
      this.#versions.set(file, ++this.#count);
      this.#loaded.delete(file);
    }
    if (files.size > 0) this.#port?.postMessage([...files].map((file) => [file, this.#versioned(file)]));
  }

  #versioned(file: string): string {
    const version = this.#versions.get(file);
    return version === undefined ? file : `${file}?v=${version}`;
  }
}

export function modified(file: string): number {
  return statSync(new URL(file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function add(map: Map<string, Set<string>>, key: string, value: string): void {
  const set = map.get(key);
  if (set) set.add(value);
  else map.set(key, new Set([value]));
}
