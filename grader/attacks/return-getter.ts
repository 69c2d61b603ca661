// 企图：返回每次读都不一样的 getter
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  let n = 0;
  return { get value() { return n++; }, get length() { return 1; }, valueOf: () => 0 };
}
