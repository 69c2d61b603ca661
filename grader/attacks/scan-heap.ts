// 企图：在自己的进程里找标准答案：process.report、全局对象
// 预期：一分也不多得。
// 得分：1
// 消息：看见：$
// 看机制：是
let seen = "";
try { const report = JSON.stringify((process as any).report.getReport()); if (/绝密/.test(report)) seen = "绝密"; } catch {}
for (const key of Reflect.ownKeys(globalThis)) {
  try { const value = (globalThis as any)[key]; if (typeof value?.reference?.(1, 1) === "number" || Array.isArray(value?.questions)) seen = "绝密"; } catch {}
}
function huberGrad(): never { throw new Error("看见：" + seen); }
