// 企图：SIGSTOP 自己，装睡
// 预期：一分也不多得。
// 得分：1
// 消息：像是死循环
function huberGrad(e: number, delta: number): any {
  try { process.kill(process.pid, "SIGSTOP"); } catch {}
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  return 0;
}
