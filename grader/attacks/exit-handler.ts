// 企图：退出时死循环，不肯走
// 预期：一分也不多得。
// 得分：1
process.on("exit", () => { for (;;) {} });
for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(name, () => {});
function huberGrad(e: number, delta: number): any {
  process.exit(0);
}
