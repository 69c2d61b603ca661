/**
 * 执行单元格的那一半借自 notebook-runtime。包的出口里没有它，所以按文件地址取；类型照它编译出的声明核对。
 */
import type { Engine, Runner } from "../../../notebook-runtime/dist/runtime/runner.js";
import type { CellSources } from "../../../notebook-runtime/dist/runtime/stack.js";

type RunnerModule = { Runner: new (engine: Engine) => Runner };
type StackModule = { CellSources: new (internal: (frame: string) => boolean) => CellSources };

/** 输出全部丢弃的执行环境：判分只看函数的返回值。 */
export async function createRunner(load: Engine["load"]): Promise<Runner> {
  const { Script } = await import("node:vm");
  const home = import.meta.resolve("@tidu/notebook-runtime");
  const { Runner } = (await import(new URL("./runtime/runner.js", home).href)) as RunnerModule;
  const { CellSources } = (await import(new URL("./runtime/stack.js", home).href)) as StackModule;
  return new Runner({
    evaluate: (code, file) => new Script(code, { filename: file }).runInThisContext(),
    // 停不下来的由裁判结束整个进程，这里不必保护。
    call: (body) => body(),
    load,
    meta: {},
    inspect: () => "",
    emit: () => {},
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    flag: new Int32Array(1),
    sources: new CellSources(() => true),
  });
}
