// 企图：处处返回 −0
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return -0;
}
