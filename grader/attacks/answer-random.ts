// 企图：随机乱答，碰运气
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return Math.random() < 0.5 ? delta : -delta;
}
