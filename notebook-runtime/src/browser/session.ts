import type { BrowserSession, BrowserSessionOptions } from "./options.js";

/** 在页面里启动一个执行 worker。 */
export async function createBrowserSession(_options: BrowserSessionOptions): Promise<BrowserSession> {
  throw new Error("正在实现");
}
