import { completeReply, inspectReply, isCompleteReply } from "../language.js";
import { comm, commInfo } from "./comm.js";
import { execute } from "./execute.js";
import type { Handler } from "./handler.js";
import { history } from "./history.js";
import { connect, debug, interrupt, kernelInfo, shutdown } from "./lifecycle.js";

/** 消息类型 → 处理函数。加一种请求，就在这里加一行。 */
export const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["execute_request", execute],
  ["complete_request", ({ content }, { types }) => completeReply(types(), content)],
  ["inspect_request", ({ content }, { types }) => inspectReply(types(), content)],
  ["is_complete_request", ({ content }, { types }) => isCompleteReply(types(), content)],
  ["history_request", history],
  ["comm_info_request", commInfo],
  ["comm_open", comm],
  ["comm_msg", comm],
  ["comm_close", comm],
  ["kernel_info_request", kernelInfo],
  ["connect_request", connect],
  ["debug_request", debug],
  ["interrupt_request", interrupt],
  ["shutdown_request", shutdown],
]);
