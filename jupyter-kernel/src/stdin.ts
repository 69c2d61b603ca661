import type { Channels } from "./channels.js";
import type { Message } from "./message.js";

/** stdin 通道：prompt() 一类的输入在这里问前端；同一时刻至多一个问题。 */
export class Stdin {
  readonly #channels: Channels;
  #answer: ((value: string) => void) | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  ask(parent: Message, prompt: string, password: boolean): Promise<string> {
    return new Promise<string>((resolve) => {
      this.#answer = resolve;
      this.#channels.reply("stdin", "input_request", parent, { prompt, password });
    }).finally(() => {
      this.#answer = undefined;
    });
  }

  receive(message: Message): void {
    if (message.header.msg_type === "input_reply") this.#answer?.(String(message.content["value"] ?? ""));
  }

  /** 不再等了（单元格被中断）。 */
  cancel(): void {
    this.#answer?.("");
  }
}
