// 企图：灌满标准输出与标准错误
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  for (let i = 0; i < 20_000; i++) { console.log("x".repeat(200)); console.error("x".repeat(200)); }
  return 0;
}
