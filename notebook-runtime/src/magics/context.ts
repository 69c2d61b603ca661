import type { Variables } from "../runtime/box.js";
import type { Output } from "../types.js";
import type { MagicCall, MagicCell } from "./parse.js";

/** 反复执行一段代码；value 存下最近一次的值。 */
export interface Loop {
  /** 执行 n 次，返回用了多少毫秒。 */
  run(n: number): Promise<number>;
  done(): void;
}

/** 包住一次执行：在它前后做些事，例如计时。 */
export type Around = (start: () => unknown) => Promise<unknown>;

/** 魔法命令能用到的东西。 */
export interface MagicContext {
  readonly variables: Variables;
  readonly call: MagicCall;
  /** 格命令下面的正文。 */
  readonly body: string;
  /** 后面还有没有要执行的东西；没有，命令的值就是单元格的值。 */
  readonly last: boolean;
  readonly signal: AbortSignal;
  emit(output: Output): void;
  /** 写一行到标准输出。 */
  print(line: string): void;
  inspect(value: unknown): string;
  load(specifier: string): Promise<Record<string, unknown>>;
  /** 执行这个命令所带的代码；show 为真则显示它的值。 */
  execute(part: "args" | "body", show: boolean, around?: Around): Promise<void>;
  loop(part: "args" | "body"): Promise<Loop>;
}

export type MagicHandler = (context: MagicContext) => void | Promise<void>;

/** 名字 → 做事的函数；各个执行环境有各自的一份。 */
export type MagicHandlers = Readonly<Record<string, MagicHandler>>;

export type { MagicCall, MagicCell };
