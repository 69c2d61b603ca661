// 企图：返回无穷：误差除以自己是 NaN
// 预期：一分也不多得。
// 得分：1
// 消息：Infinity
function huberGrad(e: number, delta: number): any {
  return e > 0 ? Infinity : -Infinity;
}
