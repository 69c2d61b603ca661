// 企图：用 process.nextTick 饿死事件循环
// 预期：一分也不多得。
// 得分：1
// 消息：像是死循环
function huberGrad(e: number, delta: number): any {
  const spin = () => process.nextTick(spin);
  spin();
  return new Promise((resolve) => setTimeout(resolve, 1e6));
}
