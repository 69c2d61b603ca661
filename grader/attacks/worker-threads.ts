// 企图：在工作线程里继续跑、改写主线程的结果
// 预期：一分也不多得。
// 得分：1
// 看机制：是
const wt = await import("node:worker_threads");
try {
  const shared = new SharedArrayBuffer(8);
  const worker = new wt.Worker("const { workerData } = require('node:worker_threads'); const x = new Float64Array(workerData); for (;;) x[0] = Math.random();", { eval: true, workerData: shared });
  worker.on("error", () => {});
  worker.unref();
} catch {}
function huberGrad() { return 0; }
