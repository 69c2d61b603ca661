// 监视线程一侧：主线程困在没有检查的代码里（库、正则、WASM、eval）时，从外面终止那段代码，变量都保留。
// 主线程一侧见 absorb.ts。执行进程带着 --no-force-async-hooks-checks 启动：
// 被终止的回调不会跑它的收尾，Node 的异步栈会多出几层，不关掉核对就会因此退出。
// 启用了异步钩子（createHook；Node 20 的 AsyncLocalStorage 也是）时核对关不掉：那时会话换新，并说明白。
import type { Session } from "node:inspector";
import { BREAKABLE, CURRENT, HANDLED, KILL, KILLED, WRITING } from "./shared.js";

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

export class Terminator {
  readonly #state: Int32Array;

  constructor(state: Int32Array) {
    this.#state = state;
  }

  /** 主线程还没有理会第 seq 次中断请求，也没有开始第 target 次之后的执行。 */
  stuck(target: number, seq: number): boolean {
    return Atomics.load(this.#state, HANDLED) < seq && Atomics.load(this.#state, CURRENT) <= target;
  }

  /**
   * 终止主线程正在执行的 JavaScript。先立 KILL 再看主线程是不是还困着；主线程先声明自己动了再看 KILL，
   * 所以终止请求不会落到下一个单元格上，也不会落在写了一半的帧上。
   */
  async terminate(target: number, seq: number): Promise<void> {
    const state = this.#state;
    if (Atomics.compareExchange(state, KILL, 0, 1) !== 0) return;
    while (Atomics.load(state, WRITING) === 1) await pause(1);
    if (!this.stuck(target, seq)) {
      Atomics.store(state, KILL, 0);
      return;
    }
    if (Atomics.load(state, BREAKABLE) === 1) {
      process.kill(process.pid, "SIGINT");
      return;
    }
    let session: Session;
    try {
      session = await connect();
    } catch (error) {
      Atomics.store(state, KILL, 0);
      throw error;
    }
    session.post("Runtime.terminateExecution", () => {
      // 主线程若正要写一帧，会停在写之前等这里；它已经被终止，标记由我们清掉。
      Atomics.store(state, WRITING, 0);
      Atomics.add(state, KILLED, 1);
      Atomics.store(state, KILL, 0);
      session.disconnect();
    });
  }
}

async function connect(): Promise<Session> {
  const inspector = await import("node:inspector");
  const session = new inspector.Session();
  session.connectToMainThread();
  return session;
}
