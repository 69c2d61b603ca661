// 监视线程：父进程经文件描述符 4 请求中断、回答输入；连接断开说明父进程不在了。
import { Socket } from "node:net";
import { workerData } from "node:worker_threads";
import { signalDescendants } from "./children.js";
import { ANSWER, ANSWER_LENGTH, ANSWER_NONE, ANSWER_REFUSED, FLAG, TARGET, textArea } from "./shared.js";
import { Terminator } from "./terminator.js";
import { FrameReader, INPUT, INTERRUPT, NO_INPUT, REFUSED, WATCH_FD } from "./wire.js";

/** 立旗子之后，等代码里的检查起作用的毫秒数；之后终止代码，再不行就通知 execSync 之类在等的子进程。 */
const GRACE = 200;
const CHILDREN: [after: number, signal: NodeJS.Signals][] = [
  [450, "SIGINT"],
  [650, "SIGTERM"],
  [800, "SIGKILL"],
];

const memory = workerData as SharedArrayBuffer;
const state = new Int32Array(memory);
const reader = new FrameReader();
const terminator = new Terminator(state);
const socket = new Socket({ fd: WATCH_FD, readable: true, writable: false });

socket.on("data", (bytes: Buffer) => {
  reader.push(bytes);
  for (const { kind, text } of reader.frames()) {
    if (kind === INTERRUPT) interrupt(...(text.split(" ").map(Number) as [number, number]));
    else if (kind === INPUT) answer(text);
    else if (kind === NO_INPUT) answer(null);
    else if (kind === REFUSED) answer(null, ANSWER_REFUSED);
  }
});
// 主线程也许困在死循环里，只有这里能结束进程。
socket.on("close", () => process.kill(process.pid, "SIGKILL"));
socket.on("error", () => process.kill(process.pid, "SIGKILL"));

/** target：要中断的是第几次执行；seq：这是第几次中断请求。 */
function interrupt(target: number, seq: number): void {
  Atomics.store(state, TARGET, target);
  Atomics.store(state, FLAG, 1);
  Atomics.notify(state, ANSWER);
  const whenStuck = (after: number, act: () => void) =>
    setTimeout(() => terminator.stuck(target, seq) && act(), after);
  // 没有 inspector 的 Node、权限不许：只能靠检查，停不下来由会话换新进程。
  whenStuck(GRACE, () => void terminator.terminate(target, seq).catch(() => {}));
  for (const [after, signal] of CHILDREN) whenStuck(after, () => signalDescendants(process.pid, signal));
}

/** 主线程正停在 prompt() 里等。 */
function answer(text: string | null, none = ANSWER_NONE): void {
  const { written } = new TextEncoder().encodeInto(text ?? "", textArea(memory));
  Atomics.store(state, ANSWER_LENGTH, text === null ? none : written);
  Atomics.store(state, ANSWER, 1);
  Atomics.notify(state, ANSWER);
}
