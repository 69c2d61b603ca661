import type { AsyncLocalStorage } from "node:async_hooks";
import { asyncStorage } from "./async-storage.js";

/** 正在做回调（同步部分）的 comm 消息；0 是没有。 */
let running = 0;
let storage: AsyncLocalStorage<number> | null | undefined;

/** 现在的输出算谁的：0 是单元格，其余是第几条 comm 消息的回调。 */
export function currentOrigin(): number {
  return running || (storage?.getStore() ?? 0);
}

/** 执行 body；它（以及它之后的异步部分，如果这个 Node 跟踪得了）的输出都算第 origin 条 comm 消息的。 */
export function withOrigin(origin: number, body: () => void): void {
  if (storage === undefined) storage = asyncStorage<number>();
  const run = () => {
    running = origin;
    body();
    running = 0;
  };
  if (storage) storage.run(origin, run);
  else run();
}

/** 上一条的回调可能被从外面终止了，来不及还原。 */
export function resetOrigin(): void {
  running = 0;
}
