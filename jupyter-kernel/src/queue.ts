import type { Message } from "./message.js";

/** shell 上等着处理的消息：按次序，一次一条。 */
export class RequestQueue {
  readonly #waiting: Message[] = [];
  readonly #aborted = new WeakSet<Message>();
  readonly #handle: (message: Message, aborted: boolean) => Promise<void>;
  #draining = false;

  constructor(handle: (message: Message, aborted: boolean) => Promise<void>) {
    this.#handle = handle;
  }

  push(message: Message): void {
    this.#waiting.push(message);
    if (!this.#draining) void this.#drain();
  }

  /**
   * 与 ipykernel 相同：出错时已经排在队里的 execute_request 一律作废，其余请求照常。
   * 在回复错误之前调用，所以前端看到错误之后才发来的请求不会被误伤。
   * 先让出一轮，把套接字里已经到的也算上。
   */
  async abort(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 1));
    for (const message of this.#waiting)
      if (message.header.msg_type === "execute_request") this.#aborted.add(message);
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
      await this.#handle(next, this.#aborted.has(next));
    this.#draining = false;
  }
}
