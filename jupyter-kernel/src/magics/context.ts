import type { Output, Session } from "@tidu/notebook-runtime";
import type { MagicCall } from "@tidu/notebook-runtime/magics";
import type { Settings } from "../settings.js";
import type { TypeService } from "../types/service.js";

/** 用法不对；消息以编号开头。 */
export class MagicError extends Error {
  override name = "MagicError";
  constructor(id: string, message: string) {
    super(`${id}：${message}`);
  }
}

/** 由内核来做的魔法命令能用到的东西。 */
export interface KernelMagicContext {
  call: MagicCall;
  /** 整个笔记本的开关 */
  settings: Settings;
  /** 只改这一个单元格的 */
  own: Partial<Settings>;
  session: Session;
  print(line: string): void;
  /** 先把这一行交给会话去做；没有成功就不再往下。 */
  inSession(): Promise<void>;
  types(use: (types: TypeService) => void): void;
}

export type KernelMagic = (context: KernelMagicContext) => void | Promise<void>;

/** 会话的一个输出 → 换成的输出。 */
export type OutputFilter = (output: Output) => Output;
