// 企图：返回长度四十亿的稀疏数组
// 预期：一分也不多得。
// 得分：1
// 消息：应是一个数
function huberGrad(e: number, delta: number): any {
  const sparse: number[] = [];
  sparse.length = 2 ** 32 - 1;
  return sparse;
}
