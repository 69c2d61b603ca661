import { createRequire, syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Threads from "node:worker_threads";

const require = createRequire(import.meta.url);
const threads = require("node:worker_threads") as typeof Threads;
const NodeWorker = threads.Worker;
const BOOT = new URL("./worker-boot.js", import.meta.url);

/** 还活着的 worker → 它是第几次执行创建的。 */
const alive = new Map<Threads.Worker, number>();
let current: () => number = () => 0;
let installed = false;

/** TypeScript 的 worker 经引导文件启动：先装加载钩子，再导入它。真正的文件写在 argv 的最前面。 */
function boot(target: URL, web: boolean, options: Threads.WorkerOptions = {}): [URL, Threads.WorkerOptions] {
  return [BOOT, { ...options, argv: [target.href, web ? "web" : "node", ...(options.argv ?? [])] }];
}

class CellWorker extends NodeWorker {
  constructor(file: string | URL, options?: Threads.WorkerOptions) {
    const target = typeof file === "string" && !options?.eval ? pathToFileURL(resolve(file)) : file;
    const typescript = target instanceof URL && /\.m?ts$/.test(target.pathname);
    super(...(typescript ? boot(target, false, options) : ([file, options] as const)));
    track(this);
  }
}

function track(worker: Threads.Worker): void {
  alive.set(worker, current());
  worker.once("exit", () => alive.delete(worker));
}

/** 让 node:worker_threads 的 Worker 认得 TypeScript 文件。 */
export function installWorkers(): void {
  if (installed) return;
  installed = true;
  Object.defineProperty(threads, "Worker", { value: CellWorker, configurable: true, enumerable: true });
  syncBuiltinESMExports();
}

/** 结束某次执行创建的 worker；没有给出是哪一次，就结束全部。 */
export function endWorkers(run?: number): void {
  for (const [worker, creator] of alive) if (run === undefined || creator === run) void worker.terminate();
}

type Handler = (event: Event) => void;

/** 网页里的那种 Worker：消息在 event.data 里。 */
class WebWorker extends EventTarget {
  readonly #worker: Threads.Worker;
  onmessage: Handler | null = null;
  onerror: Handler | null = null;
  onmessageerror: Handler | null = null;

  constructor(url: string | URL, options: { name?: string } = {}) {
    super();
    const target = url instanceof URL ? url : toUrl(url);
    this.#worker = new NodeWorker(...boot(target, true, { name: options.name ?? "" }));
    track(this.#worker);
    this.#worker.on("message", (data) => this.#emit(new MessageEvent("message", { data })));
    this.#worker.on("messageerror", (data) => this.#emit(new MessageEvent("messageerror", { data })));
    this.#worker.on("error", (error: Error) => {
      const event = Object.assign(new Event("error", { cancelable: true }), {
        error,
        message: error.message,
      });
      this.#emit(event);
      if (!this.onerror && !event.defaultPrevented) queueMicrotask(() => this.#unheard(error));
    });
  }

  /** 没有人听的错误不能无声消失。 */
  #unheard(error: Error): void {
    console.error(`worker 出错：${error.stack ?? error.message}`);
  }

  #emit(event: Event): void {
    this.dispatchEvent(event);
    const handler = { message: this.onmessage, error: this.onerror, messageerror: this.onmessageerror }[
      event.type
    ];
    handler?.call(this, event);
  }

  postMessage(
    message: unknown,
    transfer: Threads.TransferListItem[] | { transfer?: Threads.TransferListItem[] } = [],
  ): void {
    this.#worker.postMessage(message, Array.isArray(transfer) ? transfer : transfer.transfer);
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

function toUrl(text: string): URL {
  return /^[a-z][a-z\d+.-]*:/i.test(text) ? new URL(text) : pathToFileURL(resolve(text));
}

/** 全局的 Worker；Node 自己有了就不动。run 给出正在做第几次执行。 */
export function installWebWorker(run: () => number): void {
  current = run;
  if ("Worker" in globalThis) return;
  Object.defineProperty(globalThis, "Worker", { value: WebWorker, configurable: true, writable: true });
}
