import { RuntimeError } from "../errors.js";
import { Collector } from "../runtime/collect.js";
import type { CellError, ExecuteOptions, ExecuteResult, Output } from "../types.js";
import type { NodeSession, NodeSessionOptions } from "./options.js";
import { ExecutionProcess, notStarted } from "./process.js";
import type { Reply } from "./wire.js";

/** 中断或超时之后，等单元格自己停下的毫秒数。 */
const GRACE = 2000;

interface Current {
  id: number;
  options: ExecuteOptions;
  collector: Collector;
  reason: "timeout" | null;
  finish(result: Omit<ExecuteResult, "outputs">): void;
}

/**
 * 启动一个执行进程。
 *
 * @example
 * const session = await createNodeSession();
 * const { outputs } = await session.execute("const x: number = 1; x + 1");
 * await session.close();
 */
export async function createNodeSession(options: NodeSessionOptions = {}): Promise<NodeSession> {
  const session = new ProcessSession(options);
  await session.start();
  return session;
}

class ProcessSession implements NodeSession {
  readonly #options: NodeSessionOptions;
  #process: ExecutionProcess | null = null;
  #ready: { resolve(): void; reject(error: Error): void } | null = null;
  #current: Current | null = null;
  /** 单元格结束后到来的输出（定时器里打印的）仍给最后一个单元格。 */
  #last: ExecuteOptions | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #count = 0;
  #closed = false;

  constructor(options: NodeSessionOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#ready = { resolve, reject };
      this.#process = new ExecutionProcess(this.#options, {
        output: (output) => this.#output(output),
        reply: (reply) => this.#reply(reply),
        exit: (code, signal) => this.#exit(code, signal),
      });
    });
  }

  execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
    const run = this.#queue.then(() => this.#execute(code, options));
    this.#queue = run.catch(() => {});
    return run;
  }

  async #execute(code: string, options: ExecuteOptions): Promise<ExecuteResult> {
    if (this.#closed) throw new RuntimeError("TIDU-RT-002", "会话已经关闭，不能再执行单元格。");
    if (options.signal?.aborted) return { status: "interrupted", outputs: [], error: interruption() };
    if (!this.#process?.alive) await this.start();
    const id = ++this.#count;
    const collector = new Collector(options.outputLimit);
    const stop: (() => void)[] = [];
    const result = await new Promise<Omit<ExecuteResult, "outputs">>((resolve) => {
      const current: Current = { id, options, collector, reason: null, finish: resolve };
      this.#current = current;
      this.#last = options;
      if (options.timeout !== undefined) {
        const timer = setTimeout(() => this.#halt(current, "timeout"), options.timeout);
        stop.push(() => clearTimeout(timer));
      }
      const abort = () => this.#halt(current, null);
      options.signal?.addEventListener("abort", abort, { once: true });
      stop.push(() => options.signal?.removeEventListener("abort", abort));
      this.#process?.send({ type: "execute", id, code, label: options.cell ?? `单元格 [${id}]` });
    });
    for (const undo of stop) undo();
    this.#current = null;
    return { ...result, outputs: collector.outputs };
  }

  /** 先中断；过了宽限还不停就结束进程。 */
  #halt(current: Current, reason: "timeout" | null): void {
    if (this.#current !== current) return;
    current.reason ??= reason;
    this.#process?.interrupt();
    setTimeout(() => {
      if (this.#current === current) this.#process?.kill();
    }, GRACE).unref();
  }

  #output(output: Output): void | Promise<void> {
    if (!this.#current) return this.#last?.onOutput?.(output);
    this.#current.collector.add(output);
    return this.#current.options.onOutput?.(output);
  }

  #reply(reply: Reply): void {
    const current = this.#current;
    if (reply.type === "ready") {
      this.#ready?.resolve();
      this.#ready = null;
    } else if (reply.type === "input") this.#ask(reply);
    else if (current && reply.id === current.id) {
      const late = current.reason === "timeout" && reply.status !== "ok";
      const status = late ? "timeout" : reply.status;
      const error = late ? timedOut(current.options.timeout ?? 0, reply.error) : reply.error;
      if (error) this.#output({ output_type: "error", ...pickError(error) });
      current.finish({ status, error });
    }
  }

  async #ask({ id, prompt, password }: Extract<Reply, { type: "input" }>): Promise<void> {
    let text: string | null = null;
    try {
      text = (await this.#current?.options.onInput?.(prompt, password)) ?? null;
    } finally {
      this.#process?.send({ type: "input", id, text });
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): void {
    this.#ready?.reject(notStarted(signal ? `被信号 ${signal} 结束` : `退出码 ${code}`));
    this.#ready = null;
    const current = this.#current;
    if (current) {
      const died =
        current.reason === "timeout" ? timedOut(current.options.timeout ?? 0) : death(code, signal);
      this.#output({ output_type: "error", ...pickError(died) });
      current.finish({ status: current.reason ?? "died", error: died, stateLost: true });
    }
    if (!this.#closed) this.#options.onExit?.({ code, signal });
  }

  async interrupt(): Promise<void> {
    const current = this.#current;
    if (!current) return;
    this.#process?.interrupt();
    const deadline = Date.now() + GRACE;
    while (this.#current === current && Date.now() < deadline) await new Promise((r) => setTimeout(r, 5));
    if (this.#current === current) {
      const text = "单元格正在执行无法安全中断的库代码。请稍候，或重启内核。\n";
      this.#output({ output_type: "stream", name: "stderr", text });
    }
  }

  async restart(): Promise<void> {
    await this.#process?.kill();
    if (!this.#closed) await this.start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.kill();
  }
}

function pickError({ ename, evalue, traceback }: CellError): {
  ename: string;
  evalue: string;
  traceback: string[];
} {
  return { ename, evalue, traceback };
}

function interruption(): CellError {
  return { ename: "Interrupted", evalue: "已中断", traceback: ["Interrupted: 已中断"] };
}

function timedOut(timeout: number, at?: CellError): CellError {
  const evalue = `TIDU-RT-003 单元格运行超过 ${timeout} 毫秒，已停止。检查有没有停不下来的循环。`;
  const rest = at?.traceback.slice(1) ?? [];
  return { ...at, ename: "Timeout", evalue, traceback: [`Timeout: ${evalue}`, ...rest] };
}

function death(code: number | null, signal: NodeJS.Signals | null): CellError {
  const how = signal ? `被信号 ${signal} 结束` : `退出（退出码 ${code}）`;
  const why = signal === "SIGABRT" || code === 134 ? "多半是内存用完了。" : "";
  const evalue = `TIDU-RT-004 执行进程${how}。${why}之前的变量都不在了，下一个单元格会在新进程里执行。`;
  return { ename: "ProcessDied", evalue, traceback: [`ProcessDied: ${evalue}`] };
}
