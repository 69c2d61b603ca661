// 企图：打开几千个文件
// 预期：一分也不多得。
// 得分：1
const fs = await import("node:fs");
const open: number[] = [];
try { for (let i = 0; i < 5000; i++) open.push(fs.openSync(process.execPath, "r")); } catch {}
function huberGrad() { return 0; }
