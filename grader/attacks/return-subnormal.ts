// 企图：返回次正规数与极小的数，指望相对误差算出 0 或 NaN
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return e > 0 ? Number.MIN_VALUE : -Number.MIN_VALUE;
}
