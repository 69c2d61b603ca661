// 企图：从 /proc 读裁判的环境、命令行、内存、打开的文件
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 挡不住：process
// 看机制：是
const fs = await import("node:fs");
let seen = "";
const look = (path: any) => { try { seen += fs.readFileSync(path, "latin1").slice(0, 4000); } catch {} };
for (const pid of [process.ppid, 1, "self", __PID__]) for (const name of ["environ", "cmdline", "maps", "fd/3", "cwd/package.json", "root/etc/passwd"]) look("/proc/" + pid + "/" + name);
try { for (const pid of fs.readdirSync("/proc")) look("/proc/" + pid + "/environ"); } catch {}
seen = /绝密|mocha|root:x/.test(Buffer.from(seen, "latin1").toString("utf8")) ? "绝密" : "";
function huberGrad(): never { throw new Error("看见：" + Buffer.from(seen, "latin1").toString("utf8").replace(/\s+/g, " ").slice(0, 400)); }
