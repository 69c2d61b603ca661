import type { CommMessage } from "../types.js";

/** 收到的一条 comm 消息；buffers 是随消息来的二进制。 */
export interface CommEvent {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

export type CommCallback = (event: CommEvent) => void | Promise<void>;

/** 登记在会话里的一条 comm：收到消息、被前端关闭时做什么。 */
export interface CommEnd {
  message: CommCallback;
  close: CommCallback;
}

/**
 * comm 的登记处，放在 globalThis 上：笔记本导入的这个包与会话自己的可以是两份。
 * 前端接得到 comm 的会话才有它；浏览器的书页、原版 tslab 里没有。
 */
export interface CommHost {
  send(message: CommMessage): void;
  readonly comms: Map<string, CommEnd>;
  /** 目标名 → 前端打开一条 comm 时做什么；由它登记这一端。 */
  readonly targets: Map<string, (id: string, event: CommEvent) => void>;
}

const KEY = Symbol.for("tidu.comms");

export function commHost(): CommHost | undefined {
  return (globalThis as unknown as Record<symbol, CommHost | undefined>)[KEY];
}

export function installComms(send: (message: CommMessage) => void): CommHost {
  const host: CommHost = { send, comms: new Map(), targets: new Map() };
  Object.defineProperty(globalThis, KEY, { value: host, configurable: true });
  return host;
}

/**
 * 前端来的一条 comm 消息。返回回调的结果，让调用者等待或报告它的错误。
 * 没有登记的目标、打开时出错的，照协议立即关掉；没有这条 comm 的消息忽略。
 */
export function receiveComm(host: CommHost, message: CommMessage): void | Promise<void> {
  const { type, comm_id: id } = message;
  const { data, metadata } = message;
  const event = { data, metadata, buffers: message.buffers.map(fromBase64) };
  if (type !== "comm_open") {
    const end = host.comms.get(id);
    if (type === "comm_close") host.comms.delete(id);
    return type === "comm_close" ? end?.close(event) : end?.message(event);
  }
  let opened = false;
  try {
    const open = host.targets.get(message.target_name ?? "");
    open?.(id, event);
    opened = open !== undefined;
  } finally {
    if (!opened) {
      host.comms.delete(id);
      host.send({ type: "comm_close", comm_id: id, data: {}, metadata: {}, buffers: [] });
    }
  }
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
