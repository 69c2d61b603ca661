import type { Channels } from "../channels.js";
import type { Comms } from "../comms.js";
import type { Executor } from "../executor.js";
import type { History } from "../history/history.js";
import type { Message } from "../message.js";
import type { RequestQueue } from "../queue.js";
import type { Stdin } from "../stdin.js";
import type { TypeService } from "../types/service.js";

export type Content = Record<string, any>;

/** 处理一条请求要用到的东西；内核只有一份。 */
export interface Services {
  readonly channels: Channels;
  readonly comms: Comms;
  readonly executor: Executor;
  readonly history: History;
  readonly queue: RequestQueue;
  readonly stdin: Stdin;
  /** 最近一次记入历史的执行的编号 */
  count: number;
  types(): TypeService;
  interrupt(): Promise<void>;
  sessionLost(): Promise<void>;
}

/**
 * 处理一种消息。返回回复的内容；没有回复的消息（comm）返回 undefined。
 * busy、idle 与出错时的回复由 kernel.ts 统一发。
 */
export type Handler = (
  message: Message,
  services: Services,
) => Content | undefined | Promise<Content | undefined>;
