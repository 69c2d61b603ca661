import { RuntimeError } from "./errors.js";

/** 问一行文字；同步等到回答。null 是没有回答（取消，或文件结束）。 */
export type Ask = (prompt: string, password: boolean) => string | null;

const KEY = Symbol.for("tidu.input");

/** 把同步的输入接到本会话上（会话的子进程里调用）。 */
export function installAsk(ask: Ask): void {
  Object.defineProperty(globalThis, KEY, { value: ask, configurable: true });
}

function ask(prompt: string, password: boolean): string | null {
  const own = (globalThis as unknown as Record<symbol, Ask | undefined>)[KEY];
  if (!own)
    throw new RuntimeError(
      "TIDU-RT-011",
      "这里不能同步地等输入（浏览器里的单元格、普通脚本）。请在 Jupyter 里运行，或把值直接写在代码里。",
    );
  return own(String(prompt), password);
}

/**
 * 请读者输入一行文字，等到回答才继续。与全局的 `prompt()` 相同，只是没有回答时返回空串。
 *
 * @param prompt 显示在输入框前的话
 * @throws RuntimeError 前端不能输入（TIDU-RT-010），或不在 tidu 内核里（TIDU-RT-011）
 */
export function readLine(prompt = ""): string {
  return ask(prompt, false) ?? "";
}

/**
 * 请读者输入口令：输入框里看不见所写的字，也不会留在笔记本里。
 *
 * @param prompt 显示在输入框前的话
 * @throws RuntimeError 前端不能输入（TIDU-RT-010），或不在 tidu 内核里（TIDU-RT-011）
 */
export function readPassword(prompt = "口令："): string {
  return ask(prompt, true) ?? "";
}
