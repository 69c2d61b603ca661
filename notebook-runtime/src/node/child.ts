// 执行进程的入口。父进程见 session.ts，线上格式见 wire.ts。
import { inspect } from "node:util";
import { Script } from "node:vm";
import { Worker } from "node:worker_threads";
import { installStackFormatter } from "../runtime/failure.js";
import { type CellApi, Runner } from "../runtime/runner.js";
import { CellSources } from "../runtime/stack.js";
import { Loader } from "./loader.js";
import { installStreams } from "./streams.js";
import { FLAG, HANDLED, IN_TIMER } from "./shared.js";
import { type Request, writeOutput, writeReply } from "./wire.js";

const shared = new SharedArrayBuffer(16);
const state = new Int32Array(shared);
const own = new URL("..", import.meta.url).href;

installStreams();
Error.stackTraceLimit = 30;
const sources = new CellSources(
  (line) => line.includes(own) || line.includes("node:internal") || line.includes("(node:vm") || line.includes("node:events"),
);
installStackFormatter(sources);

const cwd = process.cwd();
const loader = new Loader(cwd, {});
const runner = new Runner({
  evaluate: (code, file) => new Script(code, { filename: file }).runInThisContext() as (api: CellApi) => unknown,
  load: (specifier, options) => loader.load(specifier, options as { with?: Record<string, string> }),
  meta: loader.meta,
  inspect: (value) => inspect(value),
  emit: writeOutput,
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  flag: state.subarray(FLAG, FLAG + 1),
  sources,
});
runner.variables.define("require", loader.require);
runner.variables.define("__dirname", cwd);
runner.variables.define("__filename", loader.meta.filename);

process.on("message", (request: Request) => {
  if (request.type === "execute") {
    runner.run(request.code, request.label).then(({ status, error }) => {
      writeReply({ type: "done", id: request.id, status, error });
    });
  } else if (request.type === "interrupt") {
    Atomics.add(state, HANDLED, 1);
    runner.interrupt();
  }
});
process.on("disconnect", () => process.exit(0));
process.on("uncaughtException", (error) => runner.uncaught(error));
process.on("unhandledRejection", (reason, promise) => runner.rejected(promise, reason));
process.on("rejectionHandled", (promise) => runner.handled(promise));

// 单元格的代码不该看见也不该占用我们的通道。
const hidden = { value: undefined, configurable: true, writable: true };
Object.defineProperties(process, { send: hidden, disconnect: hidden });
delete process.env.NODE_CHANNEL_FD;

watchTimers();
writeReply({ type: "ready" });
setImmediate(() => {
  const watcher = new Worker(new URL("./watch.js", import.meta.url), { workerData: shared, execArgv: [] });
  watcher.unref();
});

/** 定时器阶段里不能从外面终止执行，所以要让监视线程知道。 */
function watchTimers(): void {
  const leave = () => {
    state[IN_TIMER] = 0;
  };
  for (const name of ["setTimeout", "setInterval"] as const) {
    const original = globalThis[name];
    const wrapped = (callback: unknown, ...rest: unknown[]) => {
      if (typeof callback !== "function") return Reflect.apply(original, globalThis, [callback, ...rest]);
      const marked = function (this: unknown, ...args: unknown[]) {
        if (state[IN_TIMER] === 0) {
          state[IN_TIMER] = 1;
          setImmediate(leave);
        }
        return Reflect.apply(callback, this, args);
      };
      return Reflect.apply(original, globalThis, [marked, ...rest]);
    };
    Object.defineProperty(wrapped, "name", { value: name });
    for (const symbol of Object.getOwnPropertySymbols(original)) {
      Object.defineProperty(wrapped, symbol, Object.getOwnPropertyDescriptor(original, symbol) as PropertyDescriptor);
    }
    globalThis[name] = wrapped as never;
  }
}
