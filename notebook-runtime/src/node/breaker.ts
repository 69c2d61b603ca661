import { Script } from "node:vm";
import { Interrupted } from "../runtime/failure.js";
import { BREAKABLE } from "./shared.js";

const HOOK = Symbol.for("tidu.call");
const script = new Script('globalThis[Symbol.for("tidu.call")]()', { filename: "node:vm/tidu" });

/**
 * 在 vm 的中断保护里调用 body：期间监视线程发 SIGINT，连没有检查的库代码也能停下，状态不变。
 * 只保护单元格的同步部分；await 之后和定时器里从外面终止会弄坏 Node 的异步栈，只靠代码里的检查。
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
  };
  try {
    script.runInThisContext({ breakOnSigint: true });
  } catch (error) {
    if ((error as { code?: string }).code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    throw new Interrupted();
  } finally {
    Atomics.store(state, BREAKABLE, 0);
  }
  const done = outcome as { value: T } | { error: unknown } | null;
  if (done === null) throw new Interrupted();
  if ("error" in done) throw done.error;
  return done.value;
}
