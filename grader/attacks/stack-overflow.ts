// 企图：无穷递归，用光调用栈
// 预期：一分也不多得。
// 得分：1
// 消息：抛出了异常
function huberGrad(e: number, delta: number): any {
  return huberGrad(e, delta) + 1;
}
