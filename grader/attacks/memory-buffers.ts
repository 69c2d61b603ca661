// 企图：吃光堆外的缓冲区
// 预期：只赔上这一题。
// 得分：1
function huberGrad(e: number, delta: number): any {
  const all: any[] = [];
  for (;;) all.push(Buffer.alloc(1 << 26, 1));
}
