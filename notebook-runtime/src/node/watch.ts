import { Session } from "node:inspector";
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { FLAG, HANDLED, IN_TIMER } from "./shared.js";
import { WATCH_FD } from "./wire.js";

const GRACE = 250;

const shared = new Int32Array(workerData as SharedArrayBuffer);

const socket = new Socket({ fd: WATCH_FD, readable: true, writable: false });
socket.on("data", (bytes: Buffer) => {
  const handled = Atomics.load(shared, HANDLED);
  if (bytes.length > 0) Atomics.store(shared, FLAG, 1);
  setTimeout(() => {
    if (Atomics.load(shared, HANDLED) === handled) terminate();
  }, GRACE);
});
// 父进程不在了：主线程也许困在死循环里，只有这里能结束进程。
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
socket.on("error", () => process.kill(process.pid, "SIGKILL"));

let session: Session | null = null;

/** 旗子没被看见：主线程多半在没有检查的库代码里。 */
function terminate(): void {
  if (Atomics.load(shared, IN_TIMER) !== 0) return;
  if (!session) {
    session = new Session();
    session.connectToMainThread();
  }
  session.post("Runtime.terminateExecution", () => {});
}
