import { AsyncLocalStorage, executionAsyncResource } from "node:async_hooks";

/**
 * 跟着异步调用走的存储；老的 Node 里没有，返回 null。
 * 那里的 AsyncLocalStorage 靠异步钩子：它会拖慢 Promise，开着它时从外面终止代码还会让进程崩溃（见 terminator.ts）。
 * 辨别的办法：用钩子的那种会把值挂在当前的异步资源上。
 */
export function asyncStorage<T>(): AsyncLocalStorage<T> | null {
  const probe = new AsyncLocalStorage<object>();
  const mark = {};
  const hooked = probe.run(mark, () => {
    const resource = executionAsyncResource() as Record<symbol, unknown>;
    return Object.getOwnPropertySymbols(resource).some((key) => resource[key] === mark);
  });
  probe.disable();
  return hooked ? null : new AsyncLocalStorage<T>();
}
