// 企图：返回 1.8e308，指望误差溢出
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return e * Number.MAX_VALUE;
}
