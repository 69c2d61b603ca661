// 企图：起子进程：spawn、exec、fork，各种办法
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 挡不住：process
// 看机制：是
const cp = await import("node:child_process");
let seen = "";
for (const act of [() => cp.spawnSync(process.execPath, ["-p", "1"]).stdout?.length, () => cp.execFileSync("/bin/sh", ["-c", "echo 1"]).length, () => cp.execSync("echo 1").length]) {
  try { if (act()) seen = "绝密"; } catch {}
}
try { const child = cp.fork(process.argv[1]!); child.on("error", () => {}); child.kill(); if (child.pid) seen = "绝密"; } catch {}
function huberGrad(): never { throw new Error("看见：" + seen); }
