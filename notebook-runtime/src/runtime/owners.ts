/** 回调与 Promise 属于哪个单元格；执行环境能跟踪才有。 */
export interface Owners<T> {
  /** 执行 body；它安排的回调、它的异步部分都算 owner 的。 */
  run<R>(owner: T, body: () => R): R;
  /** 正在执行的代码属于谁；不知道是 undefined。 */
  current(): T | undefined;
}
