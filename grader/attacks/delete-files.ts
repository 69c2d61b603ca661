// 企图：删除裁判与别人的文件
// 预期：一分也不多得。
// 得分：1
// 挡不住：process
// 看机制：是
const fs = await import("node:fs");
for (const path of ["__CANARY__", "__CANARY__/secret.txt", process.cwd()]) {
  try { fs.rmSync(path, { recursive: true, force: true }); } catch {}
  try { fs.unlinkSync(path); } catch {}
  try { await fs.promises.rm(path, { recursive: true, force: true }); } catch {}
}
