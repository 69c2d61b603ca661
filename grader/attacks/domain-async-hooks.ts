// 企图：用 async_hooks 与 domain 截住应答程序的回调
// 预期：只会弄死自己的进程。
// 得分：0-1
const { createHook } = await import("node:async_hooks");
createHook({ before() { throw new Error("截住"); } }).enable();
