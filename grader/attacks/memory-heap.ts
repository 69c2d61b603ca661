// 企图：吃光 V8 堆
// 预期：只赔上这一题。
// 得分：1
function huberGrad(e: number, delta: number): any {
  const all: any[] = [];
  for (;;) all.push(new Array(1000).fill(all.length));
}
