// 主线程与监视线程共享的内存：各项的下标。

/** 非零：中断。单元格里的循环看它。 */
export const FLAG = 0;
/** 主线程的事件循环每处理一次中断就加一。 */
export const HANDLED = 1;
/** 主线程正在受 vm 保护的同步代码里，可以用信号打断。 */
export const BREAKABLE = 2;
