// 主线程与监视线程共享的内存：各项的下标。

/** 非零：有中断请求。单元格里的循环看它。 */
export const FLAG = 0;
/** 请求中断的是第几次执行。 */
export const TARGET = 1;
/** 主线程的事件循环处理到第几次中断请求。 */
export const HANDLED = 2;
/** 非零：监视线程要终止（或已请求终止）主线程正在执行的代码，见 terminator.ts。 */
export const KILL = 3;
/** 主线程正在（或最近）做第几次执行。 */
export const CURRENT = 4;
/** 1：prompt() 的回答已经写好。 */
export const ANSWER = 5;
/** 回答的字节数，或下面两个之一。 */
export const ANSWER_LENGTH = 6;
/** 没有回答：prompt() 得到 null。 */
export const ANSWER_NONE = -1;
/** 没有人能回答：prompt() 报错。 */
export const ANSWER_REFUSED = -2;
/** 主线程的代码被从外面终止过几次，还没有善后。 */
export const KILLED = 9;
/** 1：主线程正在受 vm 保护的同步代码里，可以用信号打断。 */
export const BREAKABLE = 8;
/** 1：主线程正在写一帧，写到一半不能被终止。 */
export const WRITING = 7;

const HEADER = 64;
/** 一次输入最多这么多字节。 */
const TEXT = 64 * 1024;

export function createShared(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER + TEXT);
}

export function textArea(memory: SharedArrayBuffer): Uint8Array {
  return new Uint8Array(memory, HEADER);
}
