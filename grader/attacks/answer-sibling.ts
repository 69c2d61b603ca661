// 企图：调用占位的另一题，冒充还没有作答
// 预期：一分也不多得。
// 得分：1
// 消息：还没有作答
function huberGrad(e: number, delta: number): any {
  throw new Error("还没有作答：huberValue 正确 10/10");
}
