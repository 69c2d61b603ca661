// 企图：结束裁判、结束所有进程
// 预期：裁判照常判完。
// 得分：1
// 挡不住：process
// 看机制：是
const p: any = process;
for (const pid of [process.ppid, __PID__]) for (const signal of ["SIGKILL", "SIGSTOP", "SIGTERM", 9]) {
  try { p.kill(pid, signal); } catch {}
  try { p._kill(pid, 9); } catch {}
  try { p.binding("process_methods")._kill(pid, 9); } catch {}
}
try { (await import("node:os")).setPriority(process.ppid, 19); } catch {}
