import { inspect } from "../runtime/inspect.js";
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
  inspect(value: unknown, options?: { depth?: number }): string;
  /** 是不是 Proxy；没有这一项的环境（浏览器）分辨不出来。 */
  isProxy?(value: unknown): boolean;
  /** 抛出的是不是中断；显示时不能把它当作值的错误吞掉。 */
  isInterrupt?(thrown: unknown): boolean;
  /** 有一处显示还没算好；单元格等它完了才结束。 */
  pending?(work: Promise<unknown>): void;
}

export const HOST_KEY: symbol = Symbol.for("tidu.host");

/** 都没有时（普通的 Node 脚本）：打印文本形式。 */
const plainHost: DisplayHost = {
  display: (data) => console.log(data["text/plain"] ?? Object.values(data)[0]),
  clear: () => {},
  inspect,
};

/** 当前的执行环境：tidu、tslab，或者什么都没有。 */
export function currentHost(): DisplayHost {
  const own = (globalThis as unknown as Record<symbol, DisplayHost | undefined>)[HOST_KEY];
  return own ?? tslabHost() ?? plainHost;
}
