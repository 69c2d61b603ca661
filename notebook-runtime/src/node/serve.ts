import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, types } from "node:util";
import { Script } from "node:vm";
import { Worker } from "node:worker_threads";
import { compileCell } from "../compiler/compile.js";
import * as tslab from "../display/shim.js";
import { installFunctionSource, installStackFormatter } from "../runtime/failure.js";
import { installHost } from "../runtime/host.js";
import type { Reply, Request } from "../runtime/protocol.js";
import { type CellApi, type Run, Runner } from "../runtime/runner.js";
import { CellSources } from "../runtime/stack.js";
import type { CommMessage } from "../types.js";
import { installComms, receiveComm } from "../widgets/host.js";
import { afterTermination } from "./absorb.js";
import { protectedCall } from "./breaker.js";
import { finishExits } from "./exit.js";
import { installInput } from "./input.js";
import { ignorePackageHandlers } from "./listeners.js";
import { Loader } from "./loader.js";
import { resetOrigin, withOrigin } from "./origin.js";
import { createOwners } from "./owners.js";
import { CURRENT, createShared, FLAG, HANDLED, TARGET } from "./shared.js";
import { guardWrites, writeOutput, writeReply } from "./wire.js";
import { endWorkers, installWebWorker } from "./workers.js";

/** 中断之后等执行自己收尾的毫秒数；收尾的代码也可能随别的代码一起被终止了。 */
const SETTLE = 150;

const own = new URL("..", import.meta.url).href;
/** 各个 @tidu 包所在的文件夹：仓库的根，或装在 node_modules 里的 @tidu。 */
const packages = new URL("../../..", import.meta.url).href;

/** 在本进程里执行单元格，回应父进程的请求。 */
export function createServer(): (request: Request) => void {
  const shared = createShared();
  const state = new Int32Array(shared);
  const sources = new CellSources(isInternal, ownFile);
  Error.stackTraceLimit = 30;
  installStackFormatter(sources);
  installFunctionSource(sources);
  const displays = installHost(writeOutput, {
    inspect: (value, options) => inspect(value, options),
    isProxy: types.isProxy,
  });
  const loader = new Loader(process.cwd(), { tslab });
  const runner = new Runner({
    compile: (source, known, options) =>
      compileCell(source, { known, defineFields: loader.project?.defineFields ?? true, ...options }),
    // 用到才加载：启动时少读十几个文件。
    magics: async () => (await import("./magics/index.js")).nodeMagics(loader.meta.dirname),
    evaluate: (code, file) =>
      new Script(code, { filename: file }).runInThisContext() as (api: CellApi) => unknown,
    call: (body) => protectedCall(state, body),
    load: (specifier, options) => loader.load(specifier, options as { with?: Record<string, string> }),
    meta: loader.meta,
    inspect: (value) => inspect(value),
    emit: writeOutput,
    emitLate: (id, text) => writeReply({ type: "late", id, text }),
    owners: createOwners<Run>(),
    displays,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    flag: state.subarray(FLAG, TARGET + 1),
    sources,
  });
  runner.variables.define("require", loader.require);
  runner.variables.define("__dirname", process.cwd());
  runner.variables.define("__filename", loader.meta.filename);
  // 单元格自己装了处理函数，就听它的。
  const others = (event: string) => process.listenerCount(event) > 1;
  process.on("uncaughtException", (error) => {
    if (!others("uncaughtException")) runner.uncaught(error);
  });
  process.on("unhandledRejection", (reason, promise) => {
    if (!others("unhandledRejection")) runner.rejected(promise, reason);
  });
  process.on("rejectionHandled", (promise) => runner.handled(promise));
  ignorePackageHandlers();
  // 终端里的 Ctrl-C 会发给整个进程组；要不要中断由父进程决定。
  process.on("SIGINT", () => {});
  installWebWorker(() => Atomics.load(state, CURRENT));
  installInput(shared);
  const comms = installComms((message) => writeReply({ type: "comm", message }));
  guardWrites(state);
  finishExits();
  startWatcher(shared);

  /** 正在做回调的 comm 消息；0 是没有。 */
  let hearing = 0;
  const heard = () => {
    resetOrigin();
    if (hearing !== 0) writeReply({ type: "heard", id: hearing });
    hearing = 0;
  };
  /** 单元格之间也会到：上一次中断立的旗子不该打断它。 */
  const hear = (id: number, message: CommMessage): void => {
    if (!runner.running) Atomics.store(state, FLAG, 0);
    withOrigin(id, () => {
      hearing = id;
      try {
        receiveComm(comms, message)?.catch((error: unknown) => runner.report(error));
      } catch (error) {
        runner.report(error);
      }
      heard();
    });
  };

  /** 最近一次执行的结果；null 是还在执行。 */
  let done: Extract<Reply, { type: "done" }> | null = null;
  const finish = (reply: NonNullable<typeof done>) => {
    done = reply;
    writeReply(reply);
  };
  const execute = ({ id, code, label }: Extract<Request, { type: "execute" }>) => {
    done = null;
    runner.run(code, label, id).then(({ status, error }) => {
      if (Atomics.load(state, CURRENT) === id && !done) finish({ type: "done", id, status, error });
    });
  };
  const interrupt = (id: number) => {
    endWorkers(runner.running ? id : undefined);
    runner.interrupt(id);
    setTimeout(() => {
      // 回调连同它的收尾可能都被终止了
      heard();
      if (Atomics.load(state, CURRENT) !== id) return;
      // 回复可能没写出去就被终止了：重写一次，会话不理会多余的。
      if (done) writeReply(done);
      else finish({ type: "done", id, ...runner.abandon() });
    }, SETTLE);
  };

  return (request) => {
    if (request.type === "execute") {
      Atomics.store(state, CURRENT, request.id);
      afterTermination(state, () => execute(request));
    } else if (request.type === "comm") hear(request.id, request.message);
    else if (request.type === "interrupt") {
      Atomics.store(state, HANDLED, request.seq ?? 0);
      afterTermination(state, () => interrupt(request.id));
    }
  };
}

function isInternal(line: string): boolean {
  return line.includes(own) || /[( ]node:[\w/.-]+:\d+:\d+\)?$/.test(line);
}

/** 学习者自己的源文件，给错误画代码框用。 */
function ownFile(url: string): { path: string; source: string } | null {
  if (url.includes("/node_modules/") || isPackage(url)) return null;
  try {
    const path = fileURLToPath(url);
    const shown = relative(process.cwd(), path);
    return { path: shown.startsWith("..") ? path : shown, source: readFileSync(path, "utf8") };
  } catch {
    return null;
  }
}

/** kernel-lib 之类：对学习者来说是库，给他看库里的代码没有用。 */
function isPackage(url: string): boolean {
  return url.startsWith(packages) && /^[\w-]+\/dist\//.test(url.slice(packages.length));
}

/** 监视线程：死循环里也能立旗子；父进程没了就结束本进程。 */
function startWatcher(shared: SharedArrayBuffer): void {
  const watcher = new Worker(new URL("./watch.js", import.meta.url), { workerData: shared, execArgv: [] });
  watcher.unref();
}
