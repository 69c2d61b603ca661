import type { Reply, Request } from "../runtime/protocol.js";
import type { Output } from "../types.js";

/** 页面 → worker。 */
export type ToWorker = { type: "init"; flag: Int32Array; modules: Record<string, string> } | Request;

/** worker → 页面。 */
export type FromWorker = { type: "outputs"; outputs: Output[] } | { type: "reply"; reply: Reply };
