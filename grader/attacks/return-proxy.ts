// 企图：返回什么都答应的 Proxy
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  return new Proxy(function () {}, { get: () => 1, has: () => true, apply: () => 0, ownKeys: () => ["a"] });
}
