// 企图：返回写成字符串的数、bigint、布尔值
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  return e > 0 ? String(delta) : e < -1 ? BigInt(1) : true;
}
