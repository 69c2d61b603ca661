import { Router, XPublisher } from "zeromq";
import { address, type Connection, ConnectionError, isIpv6 } from "./connection.js";
import { Heartbeat } from "./heartbeat.js";
import { log } from "./log.js";
import { Codec, type Message, MessageError } from "./message.js";

export type Channel = "shell" | "control" | "stdin";

type Content = Record<string, unknown>;

/** 五个套接字：收到的消息交给 receive，发送在每个套接字上各自排队。 */
export class Channels {
  readonly codec: Codec;
  readonly connection: Connection;
  readonly #routers: Record<Channel, Router>;
  readonly #iopub: XPublisher;
  readonly #heartbeat: Heartbeat;
  readonly #tails = new Map<object, Promise<unknown>>();
  #closed = false;

  constructor(connection: Connection) {
    this.connection = connection;
    this.codec = new Codec(connection.key, connection.signature_scheme);
    const ipv6 = isIpv6(connection);
    const options = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000, handover: true, ipv6 };
    this.#iopub = new XPublisher({ sendHighWaterMark: 0, linger: 1000, ipv6 });
    this.#heartbeat = new Heartbeat(ipv6);
    this.#routers = { shell: new Router(options), control: new Router(options), stdin: new Router(options) };
  }

  async bind(receive: (channel: Channel, message: Message) => void): Promise<void> {
    const { shell_port, control_port, stdin_port, iopub_port, hb_port } = this.connection;
    const bind = async (socket: Router | XPublisher | Heartbeat, port: number) => {
      const at = address(this.connection, port);
      await socket.bind(at).catch(({ message }: Error) => {
        throw new ConnectionError(`绑定不了 ${at}（${message}）：端口多半被占用，请重启内核换一组`);
      });
    };
    await Promise.all([
      bind(this.#iopub, iopub_port),
      bind(this.#routers.shell, shell_port),
      bind(this.#routers.control, control_port),
      bind(this.#routers.stdin, stdin_port),
      bind(this.#heartbeat, hb_port),
    ]);
    for (const channel of ["shell", "control", "stdin"] as const) void this.#listen(channel, receive);
    void this.#welcome();
  }

  /** 发给 parent 的发送者；返回这条消息的编号。 */
  reply(channel: Channel, type: string, parent: Message, content: Content, metadata: Content = {}): string {
    const header = this.codec.header(type);
    this.#send(this.#routers[channel], {
      identities: parent.identities,
      header,
      parent: parent.header,
      metadata,
      content,
      buffers: [],
    });
    return header.msg_id;
  }

  publish(
    type: string,
    parent: Message | undefined,
    content: Content,
    metadata: Content = {},
    buffers: Buffer[] = [],
  ): void {
    this.#send(this.#iopub, {
      identities: [Buffer.from(`kernel.${this.codec.session}.${type}`)],
      header: this.codec.header(type),
      parent: parent?.header ?? {},
      metadata,
      content,
      buffers,
    });
  }

  /** 等已排队的消息发完再关。 */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#tails.values()]);
    this.#closed = true;
    for (const socket of [...Object.values(this.#routers), this.#iopub]) socket.close();
    await this.#heartbeat.close();
  }

  #send(socket: Router | XPublisher, message: Message): void {
    const frames = this.codec.encode(message);
    const tail = (this.#tails.get(socket) ?? Promise.resolve())
      .then(() => (this.#closed ? undefined : socket.send(frames)))
      .catch((error: Error) => log(`TIDU-JUP-006：发送 ${message.header.msg_type} 失败：${error.message}`));
    this.#tails.set(socket, tail);
  }

  async #listen(channel: Channel, receive: (channel: Channel, message: Message) => void): Promise<void> {
    for await (const frames of this.#routers[channel]) {
      let message: Message;
      try {
        message = this.codec.decode(frames);
      } catch (error) {
        // 什么坏消息都不该让这个循环停下：它停了，内核就再也听不见
        log(error instanceof MessageError ? error.message : `TIDU-JUP-023：解不出消息：${error}`);
        continue;
      }
      receive(channel, message);
    }
  }

  /** 5.4：有人订阅 iopub 时回一条 iopub_welcome，客户端从此知道不会漏消息。 */
  async #welcome(): Promise<void> {
    for await (const [frame] of this.#iopub) {
      if (frame?.[0] !== 1) continue;
      const topic = frame.subarray(1);
      this.#send(this.#iopub, {
        identities: [topic],
        header: this.codec.header("iopub_welcome"),
        parent: {},
        metadata: {},
        content: { subscription: topic.toString() },
        buffers: [],
      });
    }
  }
}
