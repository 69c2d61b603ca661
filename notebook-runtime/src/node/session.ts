import type { NodeSession, NodeSessionOptions } from "./options.js";

/** 启动一个执行进程。 */
export async function createNodeSession(_options: NodeSessionOptions = {}): Promise<NodeSession> {
  throw new Error("正在实现");
}
