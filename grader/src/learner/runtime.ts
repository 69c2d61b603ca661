import { Script } from "node:vm";
import { CellSources, type Engine, Runner } from "@tidu/notebook-runtime/runner";

/** 输出全部丢弃的执行环境：判分只看函数的返回值。 */
export function createRunner(compile: Engine["compile"], load: Engine["load"]): Runner {
  return new Runner({
    compile,
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
