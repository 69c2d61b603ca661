// 企图：返回五百万个数
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  return new Array(5e6).fill(1);
}
