import { inspect, types } from "node:util";
import { Script } from "node:vm";
import { Worker } from "node:worker_threads";
import { compileCell } from "../compiler/compile.js";
import * as tslab from "../display/shim.js";
import { installFunctionSource, installStackFormatter } from "../runtime/failure.js";
import { installHost } from "../runtime/host.js";
import type { Request } from "../runtime/protocol.js";
import { type CellApi, Runner } from "../runtime/runner.js";
import { CellSources } from "../runtime/stack.js";
import type { CommMessage } from "../types.js";
import { installComms, receiveComm } from "../widgets/host.js";
import { protectedCall } from "./breaker.js";
import { installInput } from "./input.js";
import { Loader } from "./loader.js";
import { withOrigin } from "./origin.js";
import { CURRENT, createShared, FLAG, HANDLED, TARGET } from "./shared.js";
import { writeOutput, writeReply } from "./wire.js";
import { endWorkers, installWebWorker } from "./workers.js";

const own = new URL("..", import.meta.url).href;

/** 在本进程里执行单元格，回应父进程的请求。 */
export function createServer(): (request: Request) => void {
  const shared = createShared();
  const state = new Int32Array(shared);
  const sources = new CellSources(isInternal);
  Error.stackTraceLimit = 30;
  installStackFormatter(sources);
  installFunctionSource(sources);
  const displays = installHost(writeOutput, {
    inspect: (value, options) => inspect(value, options),
    isProxy: types.isProxy,
  });
  const loader = new Loader(process.cwd(), { tslab });
  const runner = new Runner({
    compile: (source, known) =>
      compileCell(source, { known, defineFields: loader.project?.defineFields ?? true }),
    evaluate: (code, file) =>
      new Script(code, { filename: file }).runInThisContext() as (api: CellApi) => unknown,
    call: (body) => protectedCall(state, body),
    load: (specifier, options) => loader.load(specifier, options as { with?: Record<string, string> }),
    meta: loader.meta,
    inspect: (value) => inspect(value),
    emit: writeOutput,
    displays,
    turn: () => new Promise((resolve) => setImmediate(resolve)),
    flag: state.subarray(FLAG, TARGET + 1),
    sources,
  });
  runner.variables.define("require", loader.require);
  runner.variables.define("__dirname", process.cwd());
  runner.variables.define("__filename", loader.meta.filename);
  process.on("uncaughtException", (error) => runner.uncaught(error));
  process.on("unhandledRejection", (reason, promise) => runner.rejected(promise, reason));
  process.on("rejectionHandled", (promise) => runner.handled(promise));
  // 终端里的 Ctrl-C 会发给整个进程组；要不要中断由父进程决定。
  process.on("SIGINT", () => {});
  installWebWorker(() => Atomics.load(state, CURRENT));
  installInput(shared);
  const comms = installComms((message) => writeReply({ type: "comm", message }));
  startWatcher(shared);

  /** 单元格之间也会到：上一次中断立的旗子不该打断它。 */
  const hear = (id: number, message: CommMessage): void => {
    if (!runner.running) Atomics.store(state, FLAG, 0);
    withOrigin(id, () => {
      try {
        receiveComm(comms, message)?.catch((error: unknown) => runner.report(error));
      } catch (error) {
        runner.report(error);
      }
    });
    writeReply({ type: "heard", id });
  };

  return (request) => {
    if (request.type === "execute") {
      const { id } = request;
      Atomics.store(state, CURRENT, id);
      runner.run(request.code, request.label, id).then(({ status, error }) => {
        writeReply({ type: "done", id, status, error });
      });
    } else if (request.type === "comm") hear(request.id, request.message);
    else if (request.type === "interrupt") {
      Atomics.add(state, HANDLED, 1);
      endWorkers(runner.running ? request.id : undefined);
      runner.interrupt(request.id);
    }
  };
}

function isInternal(line: string): boolean {
  return line.includes(own) || /node:(?:internal|vm|events)/.test(line);
}

/** 监视线程：死循环里也能立旗子；父进程没了就结束本进程。 */
function startWatcher(shared: SharedArrayBuffer): void {
  const watcher = new Worker(new URL("./watch.js", import.meta.url), { workerData: shared, execArgv: [] });
  watcher.unref();
}
