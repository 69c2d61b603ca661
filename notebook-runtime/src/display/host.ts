import { tslabHost } from "./tslab.js";

/** 显示函数与执行环境之间的约定；tidu 的会话把自己放在 globalThis[Symbol.for("tidu.host")]。 */
export interface DisplayHost {
  /** 有 id 的显示之后可以改写；update 为真就是改写。 */
  display(
    data: Record<string, unknown>,
    metadata: Record<string, unknown>,
    id?: string,
    update?: boolean,
  ): void;
  clear(wait: boolean): void;
  inspect(value: unknown): string;
}

export const HOST_KEY: symbol = Symbol.for("tidu.host");

/** 都没有时（普通的 Node 脚本）：打印文本形式。 */
const plainHost: DisplayHost = {
  display: (data) => console.log(data["text/plain"] ?? Object.values(data)[0]),
  clear: () => {},
  inspect: (value) => String(value),
};

/** 当前的执行环境：tidu、tslab，或者什么都没有。 */
export function currentHost(): DisplayHost {
  const own = (globalThis as unknown as Record<symbol, DisplayHost | undefined>)[HOST_KEY];
  return own ?? tslabHost() ?? plainHost;
}
