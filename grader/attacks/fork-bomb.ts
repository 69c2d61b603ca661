// 企图：一层层地起子进程（有界的叉子炸弹），留在后台不走
// 预期：起不来；起得来的（process 机制）随进程组一起结束，什么也不留下。
// 得分：0-1
// 看机制：是
const cp = await import("node:child_process");
for (let i = 0; i < 30; i++) {
  try { cp.spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" }).on("error", () => {}).unref(); } catch {}
}
await new Promise((resolve) => setTimeout(resolve, 50));
function huberGrad() { return 0; }
