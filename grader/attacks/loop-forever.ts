// 企图：函数里死循环
// 预期：一分也不多得。
// 得分：1
// 消息：像是死循环
function huberGrad(e: number, delta: number): any {
  for (;;) {}
}
