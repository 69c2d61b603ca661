import { RuntimeError } from "../errors.js";
import type { CommMessage, ExecuteOptions, ExecuteResult, Output, Session, Sinks } from "../types.js";
import { Collector } from "./collect.js";
import { CommCalls } from "./comms.js";
import { death, interruption, lateDeath, notStarted, stuck, timedOut } from "./endings.js";
import type { Listener, Reply, Request, Transport } from "./protocol.js";

const RECENT = 64;

type Reason = "timeout" | "interrupted";

interface Current {
  id: number;
  options: ExecuteOptions;
  collector: Collector;
  /** 已经交给执行环境；之前是在等它启动。 */
  sent: boolean;
  reason: Reason | null;
  /** 已经告诉学习者它停不下来。 */
  warned: boolean;
  finish(result: Omit<ExecuteResult, "outputs">): void;
}

/** 会话与执行环境无关的部分：排队、时限、中断、收集输出、环境死后换新。 */
export class CellSession implements Session {
  readonly #spawn: (listener: Listener) => Transport;
  readonly #grace: number;
  readonly #startTimeout: number;
  protected transport: Transport | null = null;
  #ready: { resolve(): void; reject(error: Error): void } | null = null;
  #starting: Promise<void> = Promise.resolve();
  #loaded: { promise: Promise<void>; resolve(): void } = signal();
  #current: Current | null = null;
  /** 单元格结束后到来的输出（定时器里打印的）仍给最后一个单元格。 */
  #last: ExecuteOptions | null = null;
  /** 最近的执行，迟到的错误仍交给它们。 */
  readonly #recent = new Map<number, ExecuteOptions>();
  readonly #comms = new CommCalls();
  #queue: Promise<unknown> = Promise.resolve();
  #count = 0;
  #closed = false;
  /** 正在按要求结束执行环境。 */
  #expected = false;
  /** 没有单元格在执行时，执行环境怎么没的；还没告诉学习者。 */
  #obituary: string | null = null;

  /** @param grace 超时或取消之后，等单元格自己停下的毫秒数；过了就结束执行环境 */
  constructor(spawn: (listener: Listener) => Transport, grace = 2000, startTimeout = 30_000) {
    this.#spawn = spawn;
    this.#grace = grace;
    this.#startTimeout = startTimeout;
  }

  /** 启动执行环境；已经启动的、在启动的，等它。 */
  start(): Promise<void> {
    if (!this.transport?.alive) this.#starting = this.#start();
    return this.#starting;
  }

  /** 就绪过的执行环境没了，会话还开着；可以在这里启动新的。 */
  protected lost(): void {}

  async #start(): Promise<void> {
    this.#loaded = signal();
    const ready = new Promise<void>((resolve, reject) => {
      this.#ready = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#ready?.reject(notStarted(`${this.#startTimeout} 毫秒内没有就绪`));
      this.transport?.kill();
    }, this.#startTimeout);
    const transport = this.#spawn({
      output: (output) => this.#output(output),
      reply: (reply) => this.#reply(reply),
      exit: (detail) => {
        if (this.transport === transport) this.#exit(detail);
      },
    });
    this.transport = transport;
    await ready.finally(() => clearTimeout(timer));
  }

  execute(code: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
    const run = this.#queue.then(() => this.#execute(code, options));
    this.#queue = run.catch(() => {});
    return run;
  }

  async #execute(code: string, options: ExecuteOptions): Promise<ExecuteResult> {
    if (this.#closed) throw new RuntimeError("TIDU-RT-002", "会话已经关闭，不能再执行单元格。");
    if (options.signal?.aborted) return { status: "interrupted", outputs: [], error: interruption() };
    const id = ++this.#count;
    const collector = new Collector(options.outputLimit);
    const undo: (() => void)[] = [];
    const finished = new Promise<Omit<ExecuteResult, "outputs">>((resolve) => {
      const current: Current = {
        id,
        options,
        collector,
        sent: false,
        reason: null,
        warned: false,
        finish: resolve,
      };
      this.#current = current;
      this.#last = options;
      this.#recent.set(id, options);
      this.#recent.delete(id - RECENT);
      const abort = () => this.#halt(current, "interrupted", this.#grace);
      options.signal?.addEventListener("abort", abort, { once: true });
      undo.push(() => options.signal?.removeEventListener("abort", abort));
      this.#send(current, { type: "execute", id, code, label: options.cell ?? `单元格 [${id}]` }, undo);
    });
    try {
      const result = await finished;
      return { ...result, outputs: collector.outputs };
    } finally {
      for (const step of undo) step();
      this.#current = null;
    }
  }

  async #send(current: Current, request: Request, undo: (() => void)[]): Promise<void> {
    try {
      if (!this.transport?.alive) await this.start();
    } catch (error) {
      const { message } = error as Error;
      this.#finish(current, { status: "died", error: death(message), stateLost: true });
      return;
    }
    // 启动期间可能已经被中断。
    if (this.#current !== current || (current && current.reason !== null)) return;
    current.sent = true;
    if (this.#obituary !== null) {
      this.#output({ output_type: "stream", name: "stderr", text: lateDeath(this.#obituary) });
      this.#obituary = null;
    }
    this.transport?.send(request);
    const { timeout } = current.options;
    if (timeout === undefined) return;
    await this.#loaded.promise;
    if (this.#current !== current) return;
    const timer = setTimeout(() => this.#halt(current, "timeout", this.#grace), timeout);
    undo.push(() => clearTimeout(timer));
  }

  /** 先中断；过了宽限还不停就结束执行环境。 */
  #halt(current: Current, reason: Reason, grace: number): void {
    if (this.#current !== current) return;
    current.reason ??= reason;
    if (!current.sent) {
      this.#finish(current, { status: current.reason, error: interruption() });
      return;
    }
    this.transport?.interrupt(current.id);
    const timer = setTimeout(() => {
      if (this.#current === current) this.transport?.kill();
    }, grace);
    (timer as { unref?: () => void }).unref?.();
  }

  async comm(message: CommMessage, sinks: Sinks = {}): Promise<boolean> {
    const { transport } = this;
    if (!transport?.alive) return false;
    await this.#comms.call(sinks, (id) => transport.send({ type: "comm", id, message }));
    return transport.alive;
  }

  #output(output: Output): void | Promise<void> {
    const { source } = this.#comms;
    if (source) return source.onOutput?.(output);
    if (!this.#current) return this.#last?.onOutput?.(output);
    this.#current.collector.add(output);
    return this.#current.options.onOutput?.(output);
  }

  #reply(reply: Reply): void {
    const current = this.#current;
    if (reply.type === "ready") {
      this.#ready?.resolve();
      this.#ready = null;
    } else if (reply.type === "loaded") this.#loaded.resolve();
    else if (reply.type === "input") this.#ask(reply);
    else if (reply.type === "late") this.#late(reply);
    else if (reply.type === "comm")
      (this.#comms.source ?? current?.options ?? this.#last)?.onComm?.(reply.message);
    else if (reply.type === "heard" || reply.type === "origin") this.#comms.reply(reply);
    else if (current && reply.id === current.id) {
      const late = current.reason === "timeout" && reply.status !== "ok";
      const status = late ? "timeout" : reply.status;
      const error = late ? timedOut(current.options.timeout ?? 0, reply.error) : reply.error;
      this.#finish(current, { status, ...(error && { error }) });
    }
  }

  #late({ id, text }: Extract<Reply, { type: "late" }>): void {
    const output: Output = { output_type: "stream", name: "stderr", text };
    const owner = this.#recent.get(id);
    if (owner) owner.onOutput?.(output);
    else this.#output(output);
  }

  #finish(current: Current, result: Omit<ExecuteResult, "outputs">): void {
    if (result.error) {
      const { ename, evalue, traceback } = result.error;
      this.#output({ output_type: "error", ename, evalue, traceback });
    }
    current.finish(result);
  }

  async #ask({ id, prompt, password }: Extract<Reply, { type: "input" }>): Promise<void> {
    const current = this.#current;
    const answer = (text: string | null, refused = false) =>
      this.transport?.send({ type: "input", id, text, ...(refused && { refused }) });
    const onInput = current?.options.onInput;
    // 没有单元格在运行：定时器或控件的回调里问的，前端那边没有人在等
    if (!onInput || current.id !== id) return answer(null, true);
    // 前端回答不了（断开了），单元格得到 null。
    const text = await onInput(prompt, password).catch(() => null);
    // 已经中断或结束的单元格不再等回答；迟到的回答会被下一个 prompt() 当成自己的。
    if (this.#current === current && current.reason === null) answer(text);
  }

  #exit(detail: string): void {
    const started = this.#ready === null;
    this.#ready?.reject(notStarted(detail));
    this.#ready = null;
    this.#comms.reset();
    const current = this.#current;
    // restart() 与 close() 里是意料之中的；别的情形，下一个单元格开头告诉学习者。
    if (!current?.sent && started && !this.#expected) this.#obituary = detail;
    if (started && !this.#closed) this.lost();
    if (!current?.sent) return;
    const error =
      current.reason === "timeout"
        ? timedOut(current.options.timeout ?? 0)
        : current.reason === "interrupted"
          ? interruption("执行环境已换新，之前的变量都不在了。")
          : death(detail);
    this.#finish(current, { status: current.reason ?? "died", error, stateLost: true });
  }

  /**
   * 请求中断：told 毫秒后还没停就说明白，grace 毫秒后还不停就结束执行环境；说过之后再次请求，立即结束。
   */
  protected async halt(grace: number, told: number): Promise<void> {
    const current = this.#current;
    if (!current) {
      // 单元格都结束了，定时器里可能还有停不下来的循环。
      if (this.transport?.alive) this.transport.interrupt(this.#count);
      return;
    }
    if (current.warned) {
      await this.transport?.kill();
      return;
    }
    this.#halt(current, "interrupted", grace);
    if (await this.#ends(current, told)) return;
    current.warned = true;
    if (told < grace) {
      this.#output({ output_type: "stream", name: "stderr", text: stuck(grace - told) });
      await this.#ends(current, grace - told + 1000);
    }
  }

  /** 单元格在 ms 毫秒内结束了。 */
  async #ends(current: Current, ms: number): Promise<boolean> {
    const deadline = Date.now() + ms;
    while (this.#current === current && Date.now() < deadline) await new Promise((r) => setTimeout(r, 5));
    return this.#current !== current;
  }

  interrupt(): Promise<void> {
    return this.halt(6000, 900);
  }

  async restart(): Promise<void> {
    this.#expected = true;
    await this.transport?.kill();
    this.#expected = false;
    this.#obituary = null;
    if (!this.#closed) await this.start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.transport?.kill();
  }
}

function signal(): { promise: Promise<void>; resolve(): void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
