// 企图：不断翻倍的字符串
// 预期：只赔上这一题。
// 得分：1
function huberGrad(e: number, delta: number): any {
  let text = "x".repeat(1 << 20);
  const all: string[] = [];
  for (;;) { text += text; all.push(text + all.length); }
}
