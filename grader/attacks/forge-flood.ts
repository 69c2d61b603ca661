// 企图：往通道里灌没有换行的字节
// 预期：超过一兆字节就结束它的进程，只赔上这一题。
// 得分：1
// 消息：没了
const fs = await import("node:fs");
function huberGrad() {
  const x = Buffer.alloc(1 << 20, 65);
  for (;;) { try { fs.writeSync(3, x); } catch {} }
}
