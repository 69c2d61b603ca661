import { messages } from "../messages.js";
import type { Channel } from "./channel.js";

/** 沙箱起不来：不是学习者的错。 */
export class SandboxError extends Error {
  readonly id = "TIDU-GRADE-110";
}

/** 起一个进程至多等这么久，毫秒。 */
export const START = 30_000;

/**
 * 备好的进程：已经起来、还没有运行过任何人的代码。取走一个就补一个。
 * 一个进程只给一份提交用，用过就结束，从不回到这里。
 */
export class Pool {
  readonly #open: () => Channel;
  readonly #size: number;
  readonly #startTimeout: number;
  #spares: Promise<Channel>[] = [];
  #closed = false;

  constructor(open: () => Channel, size: number, startTimeout = START) {
    this.#open = open;
    this.#size = size;
    this.#startTimeout = startTimeout;
  }

  /** 一个准备好的进程；备用的已经没了气就另起一个。 */
  async take(): Promise<Channel> {
    const spare = await this.#spares.shift()?.catch(() => undefined);
    const channel = spare?.alive ? spare : await this.#start();
    this.#fill();
    return channel;
  }

  /** 结束全部备用的进程。 */
  close(): void {
    this.#closed = true;
    for (const spare of this.#spares) {
      spare.then(
        (channel) => channel.kill(""),
        () => {},
      );
    }
    this.#spares = [];
  }

  #fill(): void {
    while (!this.#closed && this.#spares.length < this.#size) {
      const spare = this.#start();
      // 备用的起不来不算错；真要用时会再起一次，那时才报告。
      spare.catch(() => {});
      this.#spares.push(spare);
    }
  }

  #start(): Promise<Channel> {
    return started(this.#open(), this.#startTimeout);
  }
}

/** 等一个进程准备好。 */
export async function started(channel: Channel, timeout: number): Promise<Channel> {
  const outcome = await channel.ready(timeout);
  if (outcome.kind === "reply") return channel;
  channel.kill("");
  const detail = outcome.kind === "died" ? outcome.reason : messages.startTimeout(timeout / 1000);
  throw new SandboxError(messages.sandboxFailed(detail));
}
