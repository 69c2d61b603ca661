import type { Channels } from "./channels.js";
import { log } from "./log.js";
import type { Message } from "./message.js";

interface Question {
  id: string;
  identity: string;
  answer: (value: string | null) => void;
}

/** stdin 通道：prompt() 一类的输入在这里问前端；同一时刻至多一个问题。 */
export class Stdin {
  readonly #channels: Channels;
  #question: Question | undefined;

  constructor(channels: Channels) {
    this.#channels = channels;
  }

  /** 问 parent 的发送者。null 是没有回答：取消、文件结束，或单元格被中断。 */
  ask(parent: Message, prompt: string, password: boolean): Promise<string | null> {
    this.cancel();
    return new Promise((answer) => {
      const id = this.#channels.reply("stdin", "input_request", parent, { prompt, password });
      this.#question = { id, identity: identity(parent), answer };
    });
  }

  /**
   * 只认正在问的那个问题的回答：别的前端发来的、回答以前的问题的、没有人在问时到的，一律忽略。
   * jupyter_client 的 input_reply 不带父消息头，所以没有父消息头的也算。
   */
  receive(message: Message): void {
    const question = this.#question;
    const { msg_id: parent } = message.parent;
    const stale = parent !== undefined && parent !== question?.id;
    if (message.header.msg_type !== "input_reply" || !question || stale) return;
    if (identity(message) !== question.identity) return;
    const { value } = message.content;
    if (typeof value !== "string") log("TIDU-JUP-026：input_reply 的 value 不是字符串，按没有回答处理");
    this.#settle(typeof value === "string" && value !== END_OF_FILE ? value : null);
  }

  /** 不再等了（单元格被中断，或已经结束）。 */
  cancel(): void {
    this.#settle(null);
  }

  #settle(value: string | null): void {
    const question = this.#question;
    this.#question = undefined;
    question?.answer(value);
  }
}

/** 前端里按 Ctrl-D 送来的字符。 */
const END_OF_FILE = "\x04";

/** 发送者：路由前缀的第一帧由 ZeroMQ 加上，冒充不了。 */
const identity = ({ identities }: Message): string => identities[0]?.toString("hex") ?? "";
