import { Script } from "node:vm";
import { Interrupted } from "../runtime/failure.js";
import { BREAKABLE, KILL, WRITING } from "./shared.js";

const HOOK = Symbol.for("tidu.call");
const idle = new Int32Array(new SharedArrayBuffer(4));
const script = new Script('globalThis[Symbol.for("tidu.call")]()', { filename: "node:vm/tidu" });

/**
 * 在 vm 的中断保护里调用 body：期间监视线程发 SIGINT，没有检查的库代码也能停下，异常照常向外走。
 * 它管单元格的同步部分，比从 inspector 终止更有力（BigInt 的运算也停得下）；await 之后和定时器里由 terminator.ts 管。
 */
export function protectedCall<T>(state: Int32Array, body: () => T): T {
  if (process.platform === "win32") return body();
  const scope = globalThis as unknown as Record<symbol, unknown>;
  let outcome: { value: T } | { error: unknown } | null = null;
  scope[HOOK] = () => {
    delete scope[HOOK];
    Atomics.store(state, BREAKABLE, 1);
    try {
      outcome = { value: body() };
    } catch (error) {
      outcome = { error };
    }
    Atomics.store(state, BREAKABLE, 0);
    // 终止请求已经发出：在保护里等它落下，免得落到后面的代码上。
    for (let i = 0; i < 1000 && Atomics.load(state, KILL) !== 0; i++) Atomics.wait(idle, 0, 0, 1);
  };
  try {
    script.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    Atomics.store(state, WRITING, 0);
    Atomics.store(state, KILL, 0);
    throw new Interrupted();
  } finally {
    Atomics.store(state, BREAKABLE, 0);
  }
  const done = outcome as { value: T } | { error: unknown } | null;
  if (done === null) throw new Interrupted();
  if ("error" in done) throw done.error;
  return done.value;
}
