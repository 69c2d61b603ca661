// 监视线程：父进程经文件描述符 4 请求中断；连接断开说明父进程不在了。
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { BREAKABLE, CURRENT, FLAG, HANDLED, TARGET } from "./shared.js";
import { WATCH_FD } from "./wire.js";

/** 立旗子之后，等代码里的检查起作用的毫秒数。 */
const GRACE = 250;

const state = new Int32Array(workerData as SharedArrayBuffer);
const socket = new Socket({ fd: WATCH_FD, readable: true, writable: false });

socket.on("data", (bytes: Buffer) => {
  // 每次请求四个字节：要中断的是第几次执行。几次请求连在一起时只看最后一次。
  if (bytes.length < 4) return;
  const target = bytes.readInt32LE(bytes.length - 4);
  const handled = Atomics.load(state, HANDLED);
  Atomics.store(state, TARGET, target);
  Atomics.store(state, FLAG, 1);
  setTimeout(() => {
    const stuck = Atomics.load(state, HANDLED) === handled;
    if (Atomics.load(state, CURRENT) !== target) return;
    if (stuck && Atomics.load(state, BREAKABLE) === 1) process.kill(process.pid, "SIGINT");
  }, GRACE);
});
// 主线程也许困在死循环里，只有这里能结束进程。
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
socket.on("error", () => process.kill(process.pid, "SIGKILL"));
