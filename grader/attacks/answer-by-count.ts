// 企图：头十五次答对，之后乱答
// 预期：每个点都要对。
// 得分：1
let calls = 0;
function huberGrad(e: number, delta: number): any {
  return calls++ < 15 ? Math.max(-delta, Math.min(delta, e)) : 0.5 * e;
}
