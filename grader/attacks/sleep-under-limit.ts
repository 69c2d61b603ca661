// 企图：每次都睡到差一点超时
// 预期：一题的提问加起来有上限。
// 得分：1
// 消息：太慢
async function huberGrad(e: number, delta: number): any {
  await new Promise((resolve) => setTimeout(resolve, __SLEEP__));
  return 0;
}
