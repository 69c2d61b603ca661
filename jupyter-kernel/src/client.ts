import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Dealer, Request, Subscriber } from "zeromq";
import { address, type Connection, isIpv6 } from "./connection.js";
import { Codec, type Header, type Message } from "./message.js";

/** 一个请求的结果：回复，以及 iopub 上属于它的消息（到 idle 为止）。 */
export interface Exchange {
  id: string;
  reply: Message;
  iopub: Message[];
}

export interface StartOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** 毫秒；默认 60 秒 */
  timeout?: number;
  /** 三个套接字接通之后，隔多少毫秒再开口；默认 10 */
  settle?: number;
  /** 默认 tcp；ipc 时 ip 是套接字文件的路径前缀 */
  transport?: Connection["transport"];
  ip?: string;
}

type ClientChannel = "shell" | "control" | "stdin";

interface Pending {
  iopub: Message[];
  reply?: Message;
  idle: boolean;
  /** 没有回复的消息（comm）只等 idle */
  answered: boolean;
  resolve: (exchange: Exchange) => void;
}

/**
 * 最小的 Jupyter 客户端：启动任何一个内核并同它对话。测试与基准用它，不经过 Python。
 */
export class KernelClient {
  readonly connection: Connection;
  readonly codec: Codec;
  readonly process: ChildProcess;
  /** 还没有人认领的 iopub 消息（没有父消息的） */
  readonly orphans: Message[] = [];
  /** 内核问输入时怎么答；null 是不答 */
  onInput: (prompt: string, request: Message) => string | null = () => "";
  readonly #folder: string;
  readonly #pending = new Map<string, Pending>();
  readonly #shell: Dealer;
  readonly #control: Dealer;
  readonly #stdin: Dealer;
  readonly #iopub: Subscriber;
  /** 收到第一个回复的时刻（performance.now()）；0 是还没有 */
  answered = 0;
  /** 还没接通的套接字数。 */
  #connecting = 3;
  /** 内核写到 stderr 的最后几千个字符 */
  log = "";

  private constructor(connection: Connection, folder: string, process: ChildProcess) {
    this.connection = connection;
    this.codec = new Codec(connection.key, connection.signature_scheme);
    this.process = process;
    this.#folder = folder;
    const options = { routingId: randomUUID(), reconnectInterval: 5, linger: 0, ipv6: isIpv6(connection) };
    this.#iopub = new Subscriber({ reconnectInterval: 5, receiveHighWaterMark: 0, ipv6: isIpv6(connection) });
    this.#shell = new Dealer(options);
    this.#control = new Dealer(options);
    this.#stdin = new Dealer(options);
    process.stderr?.on("data", (chunk) => {
      this.log = (this.log + chunk).slice(-4000);
    });
    const { shell_port, control_port, stdin_port, iopub_port } = connection;
    for (const socket of [this.#shell, this.#control, this.#iopub]) {
      let first = true;
      socket.events.on("connect", () => {
        if (first) this.#connecting--;
        first = false;
      });
    }
    this.#shell.connect(address(connection, shell_port));
    this.#control.connect(address(connection, control_port));
    this.#stdin.connect(address(connection, stdin_port));
    this.#iopub.connect(address(connection, iopub_port));
    this.#iopub.subscribe();
    for (const socket of [this.#shell, this.#control]) void this.#listen(socket, (m) => this.#onReply(m));
    void this.#listen(this.#iopub, (message) => this.#onIopub(message));
    void this.#listen(this.#stdin, (message) => this.#onStdin(message));
  }

  /** 启动内核并等它能答 kernel_info、iopub 也已接通。argv 里的 {connection_file} 会被换掉。 */
  static async start(argv: readonly string[], options: StartOptions = {}): Promise<KernelClient> {
    const folder = mkdtempSync(join(tmpdir(), "tidu-client-"));
    const [shell, control, iopub, stdin, hb] = (await freePorts(5)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const connection: Connection = {
      transport: options.transport ?? "tcp",
      ip: options.ip ?? (options.transport === "ipc" ? join(folder, "kernel") : "127.0.0.1"),
      shell_port: shell,
      control_port: control,
      iopub_port: iopub,
      stdin_port: stdin,
      hb_port: hb,
      key: randomUUID(),
      signature_scheme: "hmac-sha256",
    };
    const file = join(folder, "connection.json");
    writeFileSync(file, JSON.stringify(connection));
    const [command, ...rest] = argv.map((part) => part.replace("{connection_file}", file));
    const child = spawn(command!, rest, {
      cwd: options.cwd,
      // 测试与基准不该写进使用者的历史文件
      env: { ...process.env, TIDU_HISTORY: ":memory:", ...options.env },
      stdio: ["ignore", "ignore", "pipe"],
    });
    const client = new KernelClient(connection, folder, child);
    try {
      await client.#ready(options.timeout ?? 60_000, options.settle ?? 10);
    } catch (error) {
      await client.close();
      throw error;
    }
    return client;
  }

  /** 发一个请求，等到回复和 idle 都到。 */
  request(
    type: string,
    content: Record<string, unknown> = {},
    channel: "shell" | "control" = "shell",
  ): Promise<Exchange> {
    return this.#send(channel, this.codec.header(type), content);
  }

  /** 发一条没有回复的消息（comm），等到 idle，给出 iopub 上属于它的消息。 */
  async tell(type: string, content: Record<string, unknown>, buffers: Buffer[] = []): Promise<Message[]> {
    const header = this.codec.header(type);
    return (await this.#send("shell", header, content, buffers, true)).iopub;
  }

  /** 回答一次输入；parent 是内核的 input_request，没有就不带父消息头。 */
  async input(content: Record<string, unknown>, parent?: Message): Promise<void> {
    await this.sendRaw(this.#encode(this.codec.header("input_reply"), content, [], parent?.header), "stdin");
  }

  execute(code: string, more: Record<string, unknown> = {}): Promise<Exchange> {
    return this.request("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
      ...more,
    });
  }

  /** 原样发几帧，用来试坏签名之类。 */
  async sendRaw(frames: Buffer[], channel: ClientChannel = "shell"): Promise<void> {
    await { shell: this.#shell, control: this.#control, stdin: this.#stdin }[channel].send(frames);
  }

  /** 心跳往返一次要多少毫秒。 */
  async heartbeat(): Promise<number> {
    const socket = new Request({ linger: 0, ipv6: isIpv6(this.connection) });
    socket.connect(address(this.connection, this.connection.hb_port));
    const start = performance.now();
    await socket.send("ping");
    await socket.receive();
    socket.close();
    return performance.now() - start;
  }

  async close(): Promise<void> {
    this.process.kill("SIGKILL");
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub]) socket.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #send(
    channel: "shell" | "control",
    header: Header,
    content: Record<string, unknown>,
    buffers: Buffer[] = [],
    answered = false,
  ): Promise<Exchange> {
    const result = new Promise<Exchange>((resolve) => {
      this.#pending.set(header.msg_id, { iopub: [], idle: false, answered, resolve });
    });
    await this.sendRaw(this.#encode(header, content, buffers), channel);
    return result;
  }

  #encode(
    header: Header,
    content: Record<string, unknown>,
    buffers: Buffer[],
    parent: Partial<Header> = {},
  ): Buffer[] {
    return this.codec.encode({ identities: [], header, parent, metadata: {}, content, buffers });
  }

  async #ready(timeout: number, settle: number): Promise<void> {
    const deadline = performance.now() + timeout;
    let exited = false;
    this.process.once("exit", () => {
      exited = true;
    });
    // 三个套接字都接通了才开口：tslab 若在绑定 iopub 的半途收到请求，会卡死（EBUSY）
    while (this.#connecting > 0 && performance.now() < deadline && !exited) await delay(1);
    if (settle > 0) await delay(settle);
    // iopub 的订阅要过一会儿才生效：答了却没收到 idle，就再问一次
    while (performance.now() < deadline && !exited) {
      const header = this.codec.header("kernel_info_request");
      const exchange = this.#send("shell", header, {});
      const pending = this.#pending.get(header.msg_id)!;
      while (!pending.reply && performance.now() < deadline && !exited) await delay(2);
      if (await Promise.race([exchange.then(() => true), delay(30).then(() => false)])) return;
    }
    throw new Error(`内核没有就绪${exited ? "（已退出）" : ""}：${this.log}`);
  }

  async #listen(socket: AsyncIterable<Buffer[]>, handle: (message: Message) => void): Promise<void> {
    for await (const frames of socket) handle(this.codec.decode(frames));
  }

  #onReply(message: Message): void {
    this.answered ||= performance.now();
    const pending = this.#pending.get(message.parent.msg_id ?? "");
    if (!pending) return;
    pending.reply = message;
    this.#settle(message.parent.msg_id!, pending);
  }

  #onIopub(message: Message): void {
    const pending = this.#pending.get(message.parent.msg_id ?? "");
    if (!pending) {
      this.orphans.push(message);
      return;
    }
    pending.iopub.push(message);
    if (message.header.msg_type === "status" && message.content["execution_state"] === "idle")
      pending.idle = true;
    this.#settle(message.parent.msg_id!, pending);
  }

  #settle(id: string, pending: Pending): void {
    if (!pending.idle || !(pending.reply || pending.answered)) return;
    this.#pending.delete(id);
    pending.resolve({ id, reply: pending.reply as Message, iopub: pending.iopub });
  }

  #onStdin(message: Message): void {
    const value = this.onInput(String(message.content["prompt"]), message);
    if (value !== null) void this.input({ status: "ok", value }, message);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** 同时占住再一起放开，免得拿到重复的端口。 */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
