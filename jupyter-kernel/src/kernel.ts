import type { Session } from "@tidu/notebook-runtime";
import { type Channel, Channels } from "./channels.js";
import type { Connection } from "./connection.js";
import { Executor } from "./executor.js";
import { History } from "./history.js";
import type { Message } from "./message.js";
import { RequestQueue } from "./queue.js";
import type { Content, Services } from "./requests/handler.js";
import { handlers } from "./requests/table.js";
import { Stdin } from "./stdin.js";
import type { TypeService } from "./types/service.js";

export interface KernelOptions {
  connection: Connection;
  session: Promise<Session>;
  types: () => TypeService;
  /** 收到 shutdown_request 并回复之后调用 */
  onShutdown: () => void;
}

/**
 * Jupyter 内核的骨架：收消息、排队、发 busy 与 idle、把消息交给 requests/table.ts 里的处理函数。
 * shell 上的请求按次序一条一条处理；control（中断、关机）随到随办；
 * 学习者的代码在会话的子进程里跑，所以忙的时候心跳与 control 照样有人答。
 */
export class Kernel {
  readonly #services: Services;
  readonly #session: Promise<Session>;
  readonly #onShutdown: () => void;

  constructor({ connection, session, types, onShutdown }: KernelOptions) {
    const channels = new Channels(connection);
    this.#session = session;
    this.#onShutdown = onShutdown;
    this.#services = {
      channels,
      executor: new Executor(session, types),
      history: new History(),
      queue: new RequestQueue((message, aborted) =>
        aborted ? this.#abort(message) : this.#handle("shell", message),
      ),
      stdin: new Stdin(channels),
      count: 0,
      types,
      interrupt: () => this.interrupt(),
    };
  }

  async start(): Promise<void> {
    const { channels } = this.#services;
    await channels.bind((channel, message) => this.#receive(channel, message));
    channels.publish("status", undefined, { execution_state: "starting" });
  }

  async interrupt(): Promise<void> {
    this.#services.stdin.cancel();
    await this.#services.executor.interrupt();
  }

  async close(): Promise<void> {
    await this.#services.channels.close();
    await Promise.race([this.#session.then((session) => session.close()), delay(2000)]).catch(() => {});
  }

  #receive(channel: Channel, message: Message): void {
    if (channel === "stdin") this.#services.stdin.receive(message);
    else if (channel === "control") void this.#handle("control", message);
    else this.#services.queue.push(message);
  }

  async #handle(channel: "shell" | "control", message: Message): Promise<void> {
    const { channels } = this.#services;
    const type = message.header.msg_type;
    this.#status(message, "busy");
    const reply = (content: Content) =>
      channels.reply(channel, type.replace(/_request$/, "_reply"), message, content);
    try {
      const content = await handlers.get(type)?.(message, this.#services);
      if (content) reply(content);
    } catch (error) {
      const { name: ename, message: evalue, stack = "" } = error as Error;
      console.error(`TIDU-JUP-022：处理 ${type} 时出错：${stack}`);
      if (type.endsWith("_request")) reply({ status: "error", ename, evalue, traceback: [evalue] });
    }
    this.#status(message, "idle");
    if (type === "shutdown_request") this.#onShutdown();
  }

  async #abort(message: Message): Promise<void> {
    this.#status(message, "busy");
    const { channels, count } = this.#services;
    const content = { status: "aborted", execution_count: count };
    channels.reply("shell", "execute_reply", message, content, { status: "aborted" });
    this.#status(message, "idle");
  }

  #status(parent: Message, execution_state: "busy" | "idle"): void {
    this.#services.channels.publish("status", parent, { execution_state });
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
