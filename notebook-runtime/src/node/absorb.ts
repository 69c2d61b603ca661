import { Interrupted } from "../runtime/failure.js";
import { KILL, KILLED } from "./shared.js";

/**
 * 主线程一侧：监视线程若已请求终止，等它落下来再做 next。终止可能打掉任何一个回调，所以多排几个，哪个活着都行。
 */
export function afterTermination(state: Int32Array, next: () => void): void {
  if (Atomics.load(state, KILL) === 0) {
    tidy(state);
    next();
    return;
  }
  let done = false;
  const tries = 100;
  const check = (last: boolean) => {
    if (done || (!last && Atomics.load(state, KILL) !== 0)) return;
    done = true;
    tidy(state);
    next();
  };
  for (let i = 1; i <= tries; i++) setTimeout(check, 10 * i, i === tries);
}

/** 被终止的回调在 Node 的异步栈里留下了几层；没接住的错误会让 Node 把它清空，所以抛一个。 */
function tidy(state: Int32Array): void {
  if (Atomics.exchange(state, KILLED, 0) === 0) return;
  setImmediate(() => {
    const quiet = !process.hasUncaughtExceptionCaptureCallback();
    // 不惊动单元格自己的 uncaughtException 处理函数。
    if (quiet)
      process.setUncaughtExceptionCaptureCallback(() => process.setUncaughtExceptionCaptureCallback(null));
    throw new Interrupted();
  });
}
