import { inspect, types } from "node:util";
import { type DisplayHost, HOST_KEY } from "./host.js";

// 测试用：与 Node 会话里一样的显示环境，发出的东西记下来。

export interface Shown {
  data: Record<string, unknown>;
  id: string | undefined;
  update: boolean;
}

/** 装上环境，返回记录与拆除它的函数。 */
export function recordHost(): { shown: Shown[]; clears: boolean[]; restore(): void } {
  const scope = globalThis as unknown as Record<symbol, DisplayHost | undefined>;
  const previous = scope[HOST_KEY];
  const shown: Shown[] = [];
  const clears: boolean[] = [];
  const host: DisplayHost = {
    display: (data, _metadata, id, update = false) => void shown.push({ data, id, update }),
    clear: (wait) => void clears.push(wait),
    inspect: (value, options) => inspect(value, options),
    isProxy: types.isProxy,
  };
  const set = (value: DisplayHost | undefined) =>
    Object.defineProperty(globalThis, HOST_KEY, { configurable: true, writable: true, value });
  set(host);
  return { shown, clears, restore: () => void set(previous) };
}
