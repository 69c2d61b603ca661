// 企图：改写沙箱里的程序、梯度库、别人的提交
// 预期：一分也不多得。
// 得分：1
// 挡不住：process
// 看机制：是
const fs = await import("node:fs");
const path = await import("node:path");
const targets = ["__CANARY__/secret.txt", "__CANARY__/李四.ipynb", ...["boot.cjs", "code.js", "check.js", "package.json"].map((name) => path.join(process.cwd(), "node_modules/@tidu/grader", name))];
for (const target of targets) {
  for (const act of [() => fs.appendFileSync(target, "x"), () => fs.chmodSync(target, 0o777), () => fs.utimesSync(target, 0, 0), () => fs.renameSync(target, target + ".bak"), () => fs.truncateSync(target, 0), () => fs.writeFileSync(target, "module.exports = 1")]) {
    try { act(); } catch {}
  }
}
try { (await import("node:v8")).writeHeapSnapshot("./x.heapsnapshot"); } catch {}
try { fs.writeFileSync("/tmp/tidu-left-__PID__-file", "x"); } catch {}
try { fs.mkdtempSync("/tmp/tidu-left-__PID__-"); } catch {}
