// 企图：用 SIGKILL 杀死自己
// 预期：一分也不多得。
// 得分：1
function huberGrad(e: number, delta: number): any {
  process.kill(process.pid, "SIGKILL");
  throw new Error("活着");
}
