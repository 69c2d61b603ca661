// 企图：返回 NaN：与任何数比较都不成立，指望“没有更大的误差”
// 预期：一分也不多得。
// 得分：1
// 消息：NaN
function huberGrad(e: number, delta: number): any {
  return NaN;
}
