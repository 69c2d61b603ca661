// 企图：只在像边界点的整数上答对，其余乱答
// 预期：随机点上答错就是错。
// 得分：1
function huberGrad(e: number, delta: number): any {
  return Number.isInteger(e * 8) ? Math.max(-delta, Math.min(delta, e)) : 0.5 * e;
}
