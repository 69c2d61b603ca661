import type { Session } from "../types.js";

export interface BrowserSessionOptions {
  /** 打包好的 worker（入口 @tidu/notebook-runtime/worker）的地址。 */
  workerUrl: string | URL;
  /** 裸说明符 → ES 模块地址，在单元格第一次导入它时加载。 */
  modules?: Record<string, string>;
  /** 等 worker 就绪的毫秒数，默认 30 000。 */
  startTimeout?: number;
}

export interface BrowserSession extends Session {
  /** 页面是跨源隔离的：中断会保留变量；否则中断会终止 worker，变量都丢失。 */
  readonly interruptKeepsState: boolean;
}
