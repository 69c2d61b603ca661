import { log } from "./log.js";
import type { Message } from "./message.js";

/** 等着处理的一条消息，和回复该走的通道。 */
export interface Waiting {
  channel: "shell" | "control";
  message: Message;
  /** 排队期间前面的单元格出了错，不再执行 */
  aborted: boolean;
}

/** 等着处理的消息：按次序，一次一条。 */
export class RequestQueue {
  readonly #waiting: Waiting[] = [];
  readonly #handle: (next: Waiting) => Promise<void>;
  #draining = false;
  #drained: Promise<void> = Promise.resolve();
  /** 正在处理的一条 */
  running: Waiting | undefined;

  constructor(handle: (next: Waiting) => Promise<void>) {
    this.#handle = handle;
  }

  push(channel: Waiting["channel"], message: Message): void {
    this.#waiting.push({ channel, message, aborted: false });
    if (!this.#draining) this.#drained = this.#drain();
  }

  /** 等排着的都处理完。 */
  async idle(): Promise<void> {
    while (this.#draining) await this.#drained;
  }

  /**
   * 与 ipykernel 相同：出错时已经排在队里的 execute_request 一律作废，其余请求照常。
   * 在回复错误之前调用，所以前端看到错误之后才发来的请求不会被误伤。
   * 先让出一轮，把套接字里已经到的也算上。
   */
  async abort(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (const next of this.#waiting) next.aborted = next.message.header.msg_type === "execute_request";
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) {
      this.running = next;
      // 处理的错误由 kernel.ts 回复；万一还有漏的，后面的消息也不能因此没人理
      await this.#handle(next).catch((error) => log(`TIDU-JUP-023：内核内部错误：${error}`));
      this.running = undefined;
    }
    this.#draining = false;
  }
}
