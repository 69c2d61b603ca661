// 监视线程：父进程经文件描述符 4 请求中断、回答输入；连接断开说明父进程不在了。
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import {
  ANSWER,
  ANSWER_LENGTH,
  ANSWER_NONE,
  ANSWER_REFUSED,
  BREAKABLE,
  CURRENT,
  FLAG,
  HANDLED,
  TARGET,
  textArea,
} from "./shared.js";
import { FrameReader, INPUT, INTERRUPT, NO_INPUT, REFUSED, WATCH_FD } from "./wire.js";

/** 立旗子之后，等代码里的检查起作用的毫秒数。 */
const GRACE = 250;

const memory = workerData as SharedArrayBuffer;
const state = new Int32Array(memory);
const reader = new FrameReader();
const socket = new Socket({ fd: WATCH_FD, readable: true, writable: false });

socket.on("data", (bytes: Buffer) => {
  reader.push(bytes);
  for (const { kind, text } of reader.frames()) {
    if (kind === INTERRUPT) interrupt(Number(text));
    else if (kind === INPUT) answer(text);
    else if (kind === NO_INPUT) answer(null);
    else if (kind === REFUSED) answer(null, ANSWER_REFUSED);
  }
});
// 主线程也许困在死循环里，只有这里能结束进程。
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
socket.on("error", () => process.kill(process.pid, "SIGKILL"));

/** target：要中断的是第几次执行。 */
function interrupt(target: number): void {
  const handled = Atomics.load(state, HANDLED);
  Atomics.store(state, TARGET, target);
  Atomics.store(state, FLAG, 1);
  Atomics.notify(state, ANSWER);
  setTimeout(() => {
    const stuck = Atomics.load(state, HANDLED) === handled;
    if (Atomics.load(state, CURRENT) !== target) return;
    if (stuck && Atomics.load(state, BREAKABLE) === 1) process.kill(process.pid, "SIGINT");
  }, GRACE);
}

/** 主线程正停在 prompt() 里等。 */
function answer(text: string | null, none = ANSWER_NONE): void {
  const { written } = new TextEncoder().encodeInto(text ?? "", textArea(memory));
  Atomics.store(state, ANSWER_LENGTH, text === null ? none : written);
  Atomics.store(state, ANSWER, 1);
  Atomics.notify(state, ANSWER);
}
