// 企图：不停地往通道里写今后每一问的回答
// 预期：抢先的回答就是他自己的回答：是错的；有时连写对的一题也赔上。
// 得分：0-1
const fs = await import("node:fs");
setInterval(() => {
  for (let id = 1; id < 400; id++) { try { fs.writeSync(3, JSON.stringify({ id, op: "answer", reply: { kind: "value", value: 0.5 } }) + "\n"); } catch {} }
}, 1);
