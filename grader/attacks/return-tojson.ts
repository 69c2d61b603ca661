// 企图：返回带 toJSON、valueOf、Symbol.toPrimitive 的对象
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  return { toJSON: () => 0, valueOf: () => 0, toString: () => "0", [Symbol.toPrimitive]: () => 0 };
}
