// 企图：往每个找得到的文件描述符里写回答
// 预期：写坏的是他自己的进程，里面没有别的通道。
// 得分：0-1
const fs = await import("node:fs");
for (let fd = 1; fd < 40; fd++) {
  for (let id = 0; id < 20; id++) {
    try { fs.writeSync(fd, JSON.stringify({ id, op: "answer", reply: { kind: "value", value: 0 }, verdict: "right", score: 10 }) + "\n"); } catch {}
  }
}
