import type { CellError, CommMessage, Output } from "../types.js";

/** 会话 → 执行环境。 */
export type Request =
  | { type: "execute"; id: number; code: string; label: string }
  /** seq：第几次中断请求；Node 的监视线程靠它知道主线程理会了没有。 */
  | { type: "interrupt"; id: number; seq?: number }
  /** refused：没有人能回答，prompt() 应报错。 */
  | { type: "input"; id: number; text: string | null; refused?: boolean }
  | { type: "comm"; id: number; message: CommMessage };

/** 执行环境 → 会话（输出另走）。 */
export type Reply =
  /** 能收请求了。 */
  | { type: "ready" }
  /** 编译器也加载好了；第一个单元格的时限从这时算起。 */
  | { type: "loaded"; heapLimit?: number }
  | { type: "done"; id: number; status: "ok" | "error" | "interrupted"; error?: CellError }
  /** 第 id 次执行结束之后，它的代码才出的错。 */
  | { type: "late"; id: number; text: string }
  | { type: "input"; id: number; prompt: string; password: boolean }
  /** 代码经 comm 发给前端的消息。 */
  | { type: "comm"; message: CommMessage }
  /** 第 id 条 comm 消息的回调（同步部分）做完了。 */
  | { type: "heard"; id: number }
  /** 此后的输出算第 id 条 comm 消息的；0 是单元格的。 */
  | { type: "origin"; id: number };

/** 执行环境里发生的事。 */
export interface Listener {
  output(output: Output): void | Promise<void>;
  reply(reply: Reply): void;
  /** 执行环境没了；detail 说明怎么没的，给学习者看。 */
  exit(detail: string): void;
}

/** 一个执行环境：Node 的子进程或浏览器的 worker。 */
export interface Transport {
  readonly alive: boolean;
  send(request: Request): void;
  /** 请求中断第 id 次执行，不等结果；它若已经结束，请求作废。 */
  interrupt(id: number): void;
  kill(): Promise<void>;
}
