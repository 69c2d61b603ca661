import { AsyncLocalStorage } from "node:async_hooks";

// 第一条 comm 消息到来才建：开着它，Promise 会慢一些
let storage: AsyncLocalStorage<number> | null = null;

/** 现在的输出算谁的：0 是单元格，其余是第几条 comm 消息的回调。 */
export function currentOrigin(): number {
  return storage?.getStore() ?? 0;
}

/** 执行 body；它（以及它之后的异步部分）的输出都算第 origin 条 comm 消息的。 */
export function withOrigin<T>(origin: number, body: () => T): T {
  storage ??= new AsyncLocalStorage();
  return storage.run(origin, body);
}
