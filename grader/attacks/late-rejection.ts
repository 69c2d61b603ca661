// 企图：答完之后才抛出未捕获的异常与拒绝
// 预期：进程没了就换一个。
// 得分：0-1
setTimeout(() => { throw new Error("迟到"); }, 5);
setTimeout(() => { Promise.reject(new Error("迟到")); }, 6);
process.removeAllListeners("uncaughtException");
process.removeAllListeners("unhandledRejection");
