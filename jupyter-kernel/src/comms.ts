import type { CommMessage, Output, Session } from "@tidu/notebook-runtime";
import type { Channels } from "./channels.js";
import { log } from "./log.js";
import type { Message } from "./message.js";
import { publishOutput } from "./outputs.js";

/**
 * 开着的 comm。登记在内核这一边，所以忙的时候也能答 comm_info；
 * 回调在会话的子进程里，由学习者的代码（或控件库）登记。
 */
export class Comms {
  readonly #channels: Channels;
  readonly #session: Promise<Session>;
  /** comm_id → 目标名 */
  readonly #open = new Map<string, string>();

  constructor(channels: Channels, session: Promise<Session>) {
    this.#channels = channels;
    this.#session = session;
  }

  info(target?: string): Record<string, { target_name: string }> {
    const found = [...this.#open].filter(([, name]) => target === undefined || name === target);
    return Object.fromEntries(found.map(([id, name]) => [id, { target_name: name }]));
  }

  /** 前端来的一条。回调的输出算这条消息的，不算哪个单元格的。 */
  async receive(message: Message): Promise<void> {
    const { header, content, metadata, buffers } = message;
    const type = header.msg_type as CommMessage["type"];
    const { comm_id: id, target_name: target, data } = content;
    if (type === "comm_open") this.#open.set(id, target);
    else if (!this.#open.has(id)) return log(`TIDU-JUP-029：没有这条 comm：${String(id).slice(0, 60)}`);
    if (type === "comm_close") this.#open.delete(id);
    const session = await this.#session;
    const heard = await session.comm(
      {
        type,
        comm_id: id,
        ...(type === "comm_open" && { target_name: target }),
        data: data ?? {},
        metadata,
        buffers: buffers.map((buffer) => buffer.toString("base64")),
      },
      {
        onOutput: (output: Output) => publishOutput(this.#channels, output, message, null),
        onComm: (sent) => this.send(sent, message),
      },
    );
    if (!heard) this.reset(message);
  }

  /** 代码发给前端的一条；parent 是引起它的请求。 */
  send({ type, comm_id, target_name, data, metadata, buffers }: CommMessage, parent: Message): void {
    if (type === "comm_open") this.#open.set(comm_id, target_name ?? "");
    else if (type === "comm_close") this.#open.delete(comm_id);
    const content = { comm_id, data, ...(type === "comm_open" && { target_name }) };
    const bytes = buffers.map((buffer) => Buffer.from(buffer, "base64"));
    this.#channels.publish(type, parent, content, metadata, bytes);
  }

  /** 执行进程换新了，回调都不在了：告诉前端关掉。 */
  reset(parent: Message): void {
    for (const comm_id of [...this.#open.keys()])
      this.send({ type: "comm_close", comm_id, data: {}, metadata: {}, buffers: [] }, parent);
  }
}
