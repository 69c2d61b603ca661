import type { Output, Session } from "@tidu/notebook-runtime";
import { type Channel, Channels } from "./channels.js";
import type { Connection } from "./connection.js";
import { Executor } from "./executor.js";
import { History } from "./history.js";
import { kernelInfo } from "./info.js";
import { completeReply, inspectReply, isCompleteReply } from "./language.js";
import type { Message } from "./message.js";
import type { TypeService } from "./types/service.js";

type Content = Record<string, any>;

export interface KernelOptions {
  connection: Connection;
  session: Promise<Session>;
  types: () => TypeService;
  /** 收到 shutdown_request 并回复之后调用 */
  onShutdown: () => void;
}

/**
 * Jupyter 内核。shell 上的请求按次序一条一条处理；control（中断、关机）随到随办；
 * 学习者的代码在会话的子进程里跑，所以忙的时候心跳与 control 照样有人答。
 */
export class Kernel {
  readonly #channels: Channels;
  readonly #executor: Executor;
  readonly #session: Promise<Session>;
  readonly #types: () => TypeService;
  readonly #onShutdown: () => void;
  readonly #history = new History();
  readonly #queue: Message[] = [];
  #draining = false;
  #count = 0;
  /** 正在等前端回答的输入请求 */
  #input: ((value: string) => void) | undefined;

  constructor({ connection, session, types, onShutdown }: KernelOptions) {
    this.#channels = new Channels(connection);
    this.#session = session;
    this.#types = types;
    this.#executor = new Executor(session, types);
    this.#onShutdown = onShutdown;
  }

  async start(): Promise<void> {
    await this.#channels.bind((channel, message) => this.#receive(channel, message));
    this.#channels.publish("status", undefined, { execution_state: "starting" });
  }

  async interrupt(): Promise<void> {
    this.#input?.("");
    await this.#executor.interrupt();
  }

  async close(): Promise<void> {
    await this.#channels.close();
    await Promise.race([this.#session.then((session) => session.close()), delay(2000)]).catch(() => {});
  }

  #receive(channel: Channel, message: Message): void {
    if (channel === "stdin") {
      if (message.header.msg_type === "input_reply") this.#input?.(String(message.content["value"] ?? ""));
      return;
    }
    if (channel === "control") {
      void this.#handle("control", message);
      return;
    }
    this.#queue.push(message);
    if (!this.#draining) void this.#drain();
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await this.#handle("shell", next);
    this.#draining = false;
  }

  async #handle(channel: "shell" | "control", message: Message): Promise<void> {
    const status = (execution_state: string) =>
      this.#channels.publish("status", message, { execution_state });
    const type = message.header.msg_type;
    status("busy");
    try {
      if (type === "execute_request") await this.#execute(message);
      else {
        const content = await this.#answer(message);
        if (content) this.#channels.reply(channel, type.replace(/_request$/, "_reply"), message, content);
      }
    } catch (error) {
      const { name: ename, message: evalue, stack = "" } = error as Error;
      console.error(`TIDU-JUP-022：处理 ${type} 时出错：${stack}`);
      if (type.endsWith("_request"))
        this.#channels.reply(channel, type.replace(/_request$/, "_reply"), message, {
          status: "error",
          ename,
          evalue,
          traceback: [evalue],
        });
    }
    status("idle");
    if (type === "shutdown_request") this.#onShutdown();
  }

  /** 除 execute 之外的请求；没有回复的消息返回 undefined。 */
  async #answer({ header, content }: Message): Promise<Content | undefined> {
    switch (header.msg_type) {
      case "kernel_info_request":
        return kernelInfo();
      case "complete_request":
        return completeReply(this.#types(), content);
      case "inspect_request":
        return inspectReply(this.#types(), content);
      case "is_complete_request":
        return isCompleteReply(this.#types(), content);
      case "history_request":
        return { status: "ok", history: this.#history.answer(content) };
      case "comm_info_request":
        return { status: "ok", comms: {} };
      case "comm_open":
        // 没有登记过的 comm 目标：照协议立即关掉
        this.#channels.publish("comm_close", undefined, { comm_id: content["comm_id"], data: {} });
        return undefined;
      case "interrupt_request":
        void this.interrupt().catch((error) => console.error(error));
        return { status: "ok" };
      case "shutdown_request":
        return { status: "ok", restart: content["restart"] === true };
      default:
        return undefined;
    }
  }

  async #execute(message: Message): Promise<void> {
    const { content } = message;
    const code = String(content["code"] ?? "");
    const silent = content["silent"] === true;
    const store = !silent && content["store_history"] !== false;
    if (store) this.#count++;
    const count = this.#count;
    if (!silent) this.#channels.publish("execute_input", message, { code, execution_count: count });
    if (store) this.#history.add(count, code);
    const outcome = await this.#executor.execute({
      code,
      count,
      onOutput: (output) => {
        if (!silent) this.#publish(output, message, count);
        if (store && output.output_type === "execute_result")
          this.#history.setOutput(String(output.data["text/plain"] ?? ""));
      },
      ...(content["allow_stdin"] === true
        ? { onInput: (prompt: string, password: boolean) => this.#ask(message, prompt, password) }
        : {}),
    });
    const expressions: Content = {};
    if (outcome.status === "ok")
      for (const [name, expression] of Object.entries(content["user_expressions"] ?? {}))
        expressions[name] = await this.#executor.evaluate(String(expression));
    const aborts = outcome.status === "error" && !silent && content["stop_on_error"] !== false;
    const waiting = aborts ? await this.#takeQueue() : [];
    this.#channels.reply("shell", "execute_reply", message, {
      ...outcome,
      execution_count: count,
      user_expressions: expressions,
      payload: [],
    });
    await this.#abort(waiting);
  }

  #publish(output: Output, parent: Message, count: number): void {
    const { output_type, ...content } = output;
    const extra =
      output_type === "execute_result"
        ? { execution_count: count }
        : output_type === "display_data" && !("transient" in content)
          ? { transient: {} }
          : {};
    this.#channels.publish(output_type, parent, { ...content, ...extra });
  }

  /** 取走已经排队的请求。先让出一轮，把套接字里已经到的也收进来。 */
  async #takeQueue(): Promise<Message[]> {
    await delay(1);
    return this.#queue.splice(0);
  }

  /**
   * 与 ipykernel 相同：出错时已经排在队里的 execute_request 一律以 aborted 回复。
   * 队列在回复错误之前就取走，所以看到错误之后才发来的请求不会被误伤。
   */
  async #abort(waiting: Message[]): Promise<void> {
    for (const message of waiting) {
      if (message.header.msg_type !== "execute_request") {
        await this.#handle("shell", message);
        continue;
      }
      this.#channels.publish("status", message, { execution_state: "busy" });
      this.#channels.reply("shell", "execute_reply", message, {
        status: "aborted",
        execution_count: this.#count,
      });
      this.#channels.publish("status", message, { execution_state: "idle" });
    }
  }

  /** prompt() 一类的输入：在 stdin 上问前端。 */
  #ask(parent: Message, prompt: string, password: boolean): Promise<string> {
    return new Promise<string>((resolve) => {
      this.#input = resolve;
      this.#channels.reply("stdin", "input_request", parent, { prompt, password });
    }).finally(() => {
      this.#input = undefined;
    });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
