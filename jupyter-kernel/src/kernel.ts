import { randomUUID } from "node:crypto";
import type { Session } from "@tidu/notebook-runtime";
import { type Channel, Channels } from "./channels.js";
import { Comms } from "./comms.js";
import type { Connection } from "./connection.js";
import { Executor } from "./executor.js";
import { historyFile } from "./history/database.js";
import { History } from "./history/history.js";
import { log } from "./log.js";
import type { Message } from "./message.js";
import { RequestQueue, type Waiting } from "./queue.js";
import type { Content, Services } from "./requests/handler.js";
import { checkShape, RequestError } from "./requests/shapes.js";
import { handlers } from "./requests/table.js";
import { Stdin } from "./stdin.js";
import type { TypeService } from "./types/service.js";

export interface KernelOptions {
  connection: Connection;
  session: Promise<Session>;
  types: () => TypeService;
  /** 备好 session 与 types；答 kernel_info 用不着它们。调用几次都只准备一次 */
  prepare: () => Promise<void>;
  /** 收到 shutdown_request 并回复之后调用 */
  onShutdown: () => void;
}

/**
 * Jupyter 内核的骨架：收消息、排队、发 busy 与 idle、把消息交给 requests/table.ts 里的处理函数。
 * shell 上的请求按次序一条一条处理；control（中断、关机）随到随办，只有执行单元格仍要排队；
 * 学习者的代码在会话的子进程里跑，所以忙的时候心跳与 control 照样有人答。
 */
export class Kernel {
  readonly #services: Services;
  readonly #session: Promise<Session>;
  readonly #prepare: () => Promise<void>;
  readonly #onShutdown: () => void;
  #closing = false;
  readonly #engine = randomUUID();
  /** 执行进程没了，还没告诉前端 */
  #restarting = false;

  constructor({ connection, session, types, prepare, onShutdown }: KernelOptions) {
    const channels = new Channels(connection);
    this.#session = session;
    this.#prepare = prepare;
    this.#onShutdown = onShutdown;
    this.#services = {
      channels,
      comms: new Comms(channels, session),
      executor: new Executor(session, types),
      history: new History(historyFile(), () => this.#services.queue.running !== undefined),
      queue: new RequestQueue((next) => this.#handle(next)),
      stdin: new Stdin(channels),
      count: 0,
      types,
      interrupt: () => this.interrupt(),
      sessionLost: () => this.sessionLost(),
    };
  }

  async start(): Promise<void> {
    const { channels } = this.#services;
    await channels.bind((channel, message) => this.#receive(channel, message));
    channels.publish("status", undefined, { execution_state: "starting" });
  }

  /** 中断正在运行的单元格；它在等输入时，等待到此为止。 */
  async interrupt(): Promise<void> {
    // jupyter_client 关机之前先中断；会话若还没启动，它等到的是关机
    await this.#services.executor.interrupt().catch((error) => {
      if (!this.#closing) throw error;
    });
    this.#services.stdin.cancel();
  }

  /**
   * 执行进程没了，变量都不在了。与 Jupyter 服务器自动重启内核时相同，在 iopub 上告诉前端：
   * 等出错的单元格和作废的请求都回复完，因为 JupyterLab 看到 restarting 就不再等它们。
   */
  async sessionLost(): Promise<void> {
    if (this.#restarting) return;
    this.#restarting = true;
    const { channels, executor, queue } = this.#services;
    executor.reset();
    await queue.idle();
    this.#restarting = false;
    channels.publish("status", undefined, { execution_state: "restarting" });
    await this.#session;
    channels.publish("status", undefined, { execution_state: "idle" });
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#services.channels.close();
    await this.#services.history.close();
    await Promise.race([this.#session.then((session) => session.close()), delay(2000)]).catch(() => {});
  }

  #receive(channel: Channel, message: Message): void {
    if (channel === "stdin") this.#services.stdin.receive(message);
    else if (this.#waits(channel, message.header.msg_type)) this.#services.queue.push(channel, message);
    else void this.#handle({ channel, message, aborted: false });
  }

  /**
   * 要不要排队。单元格运行时到的 comm 消息不排：与 ipykernel 7 相同，正在 await 的单元格可能就在等它。
   */
  #waits(channel: "shell" | "control", type: string): boolean {
    if (type === "execute_request") return true;
    // VS Code 把它发在 shell 上（microsoft/vscode-jupyter#17143）；排队就永远轮不到
    if (type === "interrupt_request") return false;
    if (isComm(type)) return this.#services.queue.running?.message.header.msg_type !== "execute_request";
    return channel === "shell";
  }

  async #handle({ channel, message, aborted }: Waiting): Promise<void> {
    const { channels } = this.#services;
    const type = message.header.msg_type;
    const started = new Date().toISOString();
    this.#status(message, "busy");
    const content = aborted
      ? { status: "aborted", execution_count: this.#services.count }
      : await this.#answer(message);
    if (content) {
      // 与 ipykernel 相同的键；JupyterLab 打开 recordTiming 时把它们记进单元格
      const { status } = content;
      const metadata =
        type === "execute_request" ? { started, dependencies_met: true, engine: this.#engine, status } : {};
      channels.reply(channel, type.replace(/_request$/, "_reply"), message, content, metadata);
    }
    if (type !== "shutdown_request" || content?.["status"] !== "ok") {
      this.#status(message, "idle");
      // 先让这一轮的回复发出去
      setImmediate(() => void this.#prepare().catch((error) => log(`TIDU-JUP-022：准备时出错：${error}`)));
      return;
    }
    // 与 ipykernel 相同：关机的消息也在 iopub 上告诉所有客户端
    channels.publish("shutdown_reply", message, content);
    this.#status(message, "idle");
    this.#onShutdown();
  }

  /** 处理函数出什么错都不影响内核；请求得到状态为 error 的回复，其他消息只留一行日志。 */
  async #answer(message: Message): Promise<Content | undefined> {
    const type = message.header.msg_type;
    try {
      const handler = handlers.get(type);
      if (!handler) throw new RequestError("TIDU-JUP-028", `不认识的消息类型 ${type.slice(0, 60)}`);
      checkShape(type, message.content);
      const { code } = message.content;
      // 不成对的代理会让原生的类型服务崩溃；换成 U+FFFD，长度与位置都不变
      if (typeof code === "string") message.content["code"] = code.replace(/\p{Surrogate}/gu, "\ufffd");
      if (type !== "kernel_info_request") await this.#prepare();
      return await handler(message, this.#services);
    } catch (error) {
      const { name: ename, message: evalue, stack = "" } = error as Error;
      log(error instanceof RequestError ? evalue : `TIDU-JUP-022：处理 ${type} 时出错：${stack}`);
      if (!type.endsWith("_request")) return undefined;
      const count = type === "execute_request" ? { execution_count: this.#services.count } : {};
      return { status: "error", ename, evalue, traceback: [evalue], ...count };
    }
  }

  #status(parent: Message, execution_state: "busy" | "idle"): void {
    const { channels, queue } = this.#services;
    channels.publish("status", parent, { execution_state });
    // 插队的消息答完了，单元格还在运行：前端的状态灯不该因此变成空闲
    const running = queue.running?.message;
    if (execution_state === "idle" && running && running !== parent)
      channels.publish("status", running, { execution_state: "busy" });
  }
}

const isComm = (type: string) => type === "comm_open" || type === "comm_msg" || type === "comm_close";

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
