import { base64 } from "../display/bytes.js";
import { RuntimeError } from "../errors.js";
import { type CommCallback, type CommEvent, type CommHost, commHost } from "./host.js";

type Data = Record<string, unknown>;

export interface SendOptions {
  metadata?: Data;
  /** 随消息送去的二进制，前端原样收到。 */
  buffers?: readonly Uint8Array[];
}

/** 与前端之间的一条双向通道。没有前端可接（书页、原版 tslab）时，发送什么也不做。 */
export class Comm {
  readonly id: string;
  readonly target: string;
  /** 前端发来消息时调用。 */
  onMessage: CommCallback = () => {};
  /** 前端关闭它时调用。 */
  onClose: CommCallback = () => {};
  readonly #host: CommHost | undefined;
  #open = true;

  constructor(id: string, target: string) {
    this.id = id;
    this.target = target;
    this.#host = commHost();
    this.#host?.comms.set(id, {
      message: (event) => this.onMessage(event),
      close: (event) => {
        this.#open = false;
        return this.onClose(event);
      },
    });
  }

  /** 前端那一端还在。 */
  get connected(): boolean {
    return this.#open && this.#host !== undefined;
  }

  send(data: Data, options: SendOptions = {}): void {
    this.post("comm_msg", data, options);
  }

  /** 关闭它，前端那一端也随之关闭；关过的再关什么也不做。 */
  close(data: Data = {}, options: SendOptions = {}): void {
    this.post("comm_close", data, options);
    this.#open = false;
    this.#host?.comms.delete(this.id);
  }

  /** @internal */
  post(type: "comm_open" | "comm_msg" | "comm_close", data: Data, options: SendOptions): void {
    if (!this.connected) return;
    this.#host?.send({
      type,
      comm_id: this.id,
      ...(type === "comm_open" && { target_name: this.target }),
      data,
      metadata: options.metadata ?? {},
      buffers: (options.buffers ?? []).map(base64),
    });
  }
}

/**
 * 打开一条到前端的 comm；前端要有人登记过 target 这个名字，否则它会立即关掉。
 *
 * @param target 前端登记的目标名
 * @param data 打开时带去的数据，须能用 JSON 表示
 *
 * @example
 * const comm = openComm("my-extension", { hello: "你好" });
 * comm.onMessage = ({ data }) => console.log(data);
 * comm.send({ step: 1 }, { buffers: [new Uint8Array([1, 2, 3])] });
 * comm.close();
 */
export function openComm(target: string, data: Data = {}, options: SendOptions & { id?: string } = {}): Comm {
  const comm = new Comm(options.id ?? uuid(), target);
  comm.post("comm_open", data, options);
  return comm;
}

/**
 * 登记一个目标名：前端打开这个名字的 comm 时调用 open。open 抛出错误则这条 comm 立即关掉。
 *
 * @returns 撤销登记的函数
 * @throws RuntimeError open 不是函数（TIDU-RT-012）
 *
 * @example
 * registerTarget("echo", (comm) => {
 *   comm.onMessage = ({ data, buffers }) => comm.send(data, { buffers });
 * });
 */
export function registerTarget(name: string, open: (comm: Comm, event: CommEvent) => void): () => void {
  if (typeof open !== "function")
    throw new RuntimeError("TIDU-RT-012", `registerTarget("${name}", …) 的第二个参数应是函数。`);
  const host = commHost();
  host?.targets.set(name, (id, event) => open(new Comm(id, name), event));
  return () => host?.targets.delete(name);
}

export function uuid(): string {
  const { crypto } = globalThis as { crypto?: { randomUUID?: () => string } };
  const random = () => Math.random().toString(16).slice(2, 10).padEnd(8, "0");
  return crypto?.randomUUID?.() ?? `${random()}${random()}${random()}${random()}`;
}
