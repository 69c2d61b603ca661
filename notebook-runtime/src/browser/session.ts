import type { Listener, Request, Transport } from "../runtime/protocol.js";
import { CellSession } from "../runtime/session.js";
import type { BrowserSession, BrowserSessionOptions } from "./options.js";
import type { FromWorker, ToWorker } from "./wire.js";

/** 没有共享内存时，等事件循环回应中断的毫秒数；不回应就只能终止 worker。 */
const GRACE = 400;

/**
 * 在页面里启动一个执行 worker。
 *
 * @example
 * const session = await createBrowserSession({ workerUrl: "/lab/worker.js" });
 * const { outputs } = await session.execute("1 + 1");
 */
export async function createBrowserSession(options: BrowserSessionOptions): Promise<BrowserSession> {
  const session = new WorkerSession(options);
  await session.start();
  return session;
}

class WorkerSession extends CellSession implements BrowserSession {
  readonly interruptKeepsState =
    typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated === true;

  constructor(options: BrowserSessionOptions) {
    super((listener) => new WorkerTransport(options, listener), 1500, options.startTimeout);
  }

  /** 跨源隔离的页面里变量保留；否则死循环只能连同 worker 一起终止，结果带 stateLost。 */
  override interrupt(): Promise<void> {
    const grace = this.interruptKeepsState ? 1500 : GRACE;
    return this.halt(grace, grace);
  }
}

class WorkerTransport implements Transport {
  readonly #worker: Worker;
  readonly #listener: Listener;
  readonly #flag: Int32Array;
  alive = true;

  constructor({ workerUrl, modules = {} }: BrowserSessionOptions, listener: Listener) {
    this.#listener = listener;
    const shared = typeof SharedArrayBuffer === "function" && globalThis.crossOriginIsolated === true;
    this.#flag = shared ? new Int32Array(new SharedArrayBuffer(8)) : new Int32Array(2);
    this.#worker = new Worker(workerUrl, { type: "module", name: "tidu" });
    this.#worker.onmessage = ({ data }: { data: FromWorker }) => {
      if (data.type === "reply") listener.reply(data.reply);
      else for (const output of data.outputs) listener.output(output);
    };
    this.#worker.onerror = (event) =>
      this.#end(`执行 worker 出错：${event.message || `无法加载 ${workerUrl}`}`);
    this.#post({ type: "init", flag: this.#flag, modules: absolute(modules) });
  }

  #post(message: ToWorker): void {
    if (this.alive) this.#worker.postMessage(message);
  }

  #end(detail: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#worker.terminate();
    this.#listener.exit(detail);
  }

  send(request: Request): void {
    this.#post(request);
  }

  interrupt(id: number): void {
    Atomics.store(this.#flag, 1, id);
    Atomics.store(this.#flag, 0, 1);
    this.#post({ type: "interrupt", id });
  }

  async kill(): Promise<void> {
    this.#end("执行 worker 已终止");
  }
}

/** 相对地址以页面为准，不以 worker 为准。 */
function absolute(modules: Record<string, string>): Record<string, string> {
  const base = globalThis.location?.href;
  return Object.fromEntries(Object.entries(modules).map(([name, url]) => [name, new URL(url, base).href]));
}
