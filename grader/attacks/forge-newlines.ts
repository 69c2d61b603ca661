// 企图：往通道里灌换行
// 预期：收满四兆字节或到时间就结束，只赔上这一题。
// 得分：1
const fs = await import("node:fs");
function huberGrad() {
  const x = Buffer.alloc(1 << 16, 10);
  for (;;) { try { fs.writeSync(3, x); } catch {} }
}
