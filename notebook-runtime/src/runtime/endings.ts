// 单元格不是自己结束的：怎么告诉学习者。
import { RuntimeError } from "../errors.js";
import type { CellError } from "../types.js";

/** 执行环境起不来。 */
export function notStarted(detail: string): RuntimeError {
  return new RuntimeError("TIDU-RT-001", `执行环境没有启动成功：${detail}。`);
}

/** 单元格被中断。 */
export function interruption(more = ""): CellError {
  return {
    ename: "Interrupted",
    evalue: `已中断${more && `：${more}`}`,
    traceback: [`Interrupted: 已中断${more && `：${more}`}`],
  };
}

/** 单元格超过时限；at 是它停下时的错误，位置从那里取。 */
export function timedOut(timeout: number, at?: CellError): CellError {
  const evalue = `TIDU-RT-003：单元格运行超过 ${timeout} 毫秒，已停止。检查有没有停不下来的循环。`;
  const rest = at?.traceback.slice(1) ?? [];
  return { ...at, ename: "Timeout", evalue, traceback: [`Timeout: ${evalue}`, ...rest] };
}

/** 执行环境没了。 */
export function death(detail: string): CellError {
  const evalue = `TIDU-RT-004：${detail}。之前的变量都不在了，会话已经换新，下一个单元格从头开始。`;
  return { ename: "ProcessDied", evalue, traceback: [`ProcessDied: ${evalue}`] };
}

/** 中断请求没有起作用；wait 毫秒之后换新执行环境。 */
export function stuck(wait: number): string {
  return `TIDU-RT-005：正在执行无法安全中断的原生代码（例如解析很大的 JSON、同步地等一个文件）。它自己停下来，变量就都在；${Math.round(wait / 1000)} 秒后还不停，就换新会话，变量会丢失。再按一次中断，立即换新。\n`;
}

/** 没有单元格在执行时执行环境没了，多半因为定时器里的代码；在下一个单元格的开头说。 */
export function lateDeath(detail: string): string {
  return `TIDU-RT-004：上一个单元格结束之后，${detail}。之前的变量都不在了，这个单元格在新会话里运行。\n`;
}
