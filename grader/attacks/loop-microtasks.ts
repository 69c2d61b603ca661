// 企图：用微任务饿死事件循环
// 预期：一分也不多得。
// 得分：1
// 消息：像是死循环
function huberGrad(e: number, delta: number): any {
  const spin = (): any => Promise.resolve().then(spin);
  return spin();
}
