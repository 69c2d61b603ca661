// 企图：用 process.abort 退出
// 预期：一分也不多得。
// 得分：1
// 消息：没了
function huberGrad(e: number, delta: number): any {
  process.abort();
}
