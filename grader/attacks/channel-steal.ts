// 企图：抢读通道里的提问
// 预期：提问丢了就是没有回答。
// 得分：0-1
const fs = await import("node:fs");
setInterval(() => { try { fs.readSync(3, Buffer.alloc(1 << 16)); } catch {} }, 0);
