import type { Sinks } from "../types.js";
import type { Reply } from "./protocol.js";

/** 回调的同步部分做完之后，还替它的异步部分留多少条。 */
const KEPT = 256;

/** 交给执行环境的 comm 消息：等哪些还没做完，正在到来的输出算哪一条的。 */
export class CommCalls {
  readonly #sinks = new Map<number, Sinks>();
  readonly #waiting = new Map<number, () => void>();
  #count = 0;
  #origin = 0;

  /** 输出该送往哪条 comm 消息；undefined 是单元格。 */
  get source(): Sinks | undefined {
    return this.#origin === 0 ? undefined : (this.#sinks.get(this.#origin) ?? {});
  }

  async call(sinks: Sinks, send: (id: number) => void): Promise<void> {
    const id = ++this.#count;
    this.#sinks.set(id, sinks);
    for (const old of this.#sinks.keys()) {
      if (this.#sinks.size <= KEPT || this.#waiting.has(old)) break;
      this.#sinks.delete(old);
    }
    await new Promise<void>((resolve) => {
      this.#waiting.set(id, resolve);
      send(id);
    });
  }

  reply(reply: Extract<Reply, { type: "heard" | "origin" }>): void {
    if (reply.type === "origin") {
      this.#origin = reply.id;
      return;
    }
    this.#waiting.get(reply.id)?.();
    this.#waiting.delete(reply.id);
  }

  /** 执行环境没了：谁也不用再等。 */
  reset(): void {
    this.#origin = 0;
    for (const done of this.#waiting.values()) done();
    this.#waiting.clear();
  }
}
