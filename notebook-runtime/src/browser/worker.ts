// worker 的入口：打包成一个文件，地址交给 createBrowserSession。
import { compileCell } from "../compiler/compile.js";
import { commonMagics } from "../magics/common.js";
import { createConsole } from "../runtime/console.js";
import { installFunctionSource, installStackFormatter } from "../runtime/failure.js";
import { installHost } from "../runtime/host.js";
import { inspect } from "../runtime/inspect.js";
import type { Reply } from "../runtime/protocol.js";
import { type CellApi, Runner } from "../runtime/runner.js";
import { CellSources } from "../runtime/stack.js";
import type { Output } from "../types.js";
import { loadModule } from "./modules.js";
import { Outbox } from "./outbox.js";
import type { FromWorker, ToWorker } from "./wire.js";

interface WorkerScope {
  location: { href: string };
  postMessage(message: FromWorker): void;
  addEventListener(type: "message", listener: (event: { data: ToWorker }) => void): void;
  addEventListener(
    type: "error",
    listener: (event: { error: unknown; preventDefault(): void }) => void,
  ): void;
  addEventListener(
    type: "unhandledrejection" | "rejectionhandled",
    listener: (event: { promise: unknown; reason: unknown; preventDefault(): void }) => void,
  ): void;
}

const scope = globalThis as unknown as WorkerScope;
// 单元格可能声明同名的变量或改掉全局的；先留住自己要用的。
const post = scope.postMessage.bind(scope);
const later = setTimeout;
// biome-ignore lint/security/noGlobalEval: 执行单元格就是执行编译出的代码
const evaluate = globalThis.eval;
const here = scope.location.href;
const outbox = new Outbox((outputs) => post({ type: "outputs", outputs }));
const emit = (output: Output): void => outbox.add(output);
let runner: Runner | null = null;

function reply(message: Reply): void {
  outbox.flush();
  post({ type: "reply", reply: message });
}

function start(flag: Int32Array, modules: Record<string, string>): Runner {
  const sources = new CellSources((line) => line.includes(here));
  installStackFormatter(sources);
  installFunctionSource(sources);
  const displays = installHost(emit, { inspect });
  Object.defineProperty(globalThis, "console", {
    value: createConsole((name, text) => emit({ output_type: "stream", name, text })),
    configurable: true,
    writable: true,
  });
  return new Runner({
    compile: (source, known, options) => compileCell(source, { known, ...options }),
    magics: () => commonMagics,
    evaluate: (code, file) => evaluate(`${code}\n//# sourceURL=${file}`) as (api: CellApi) => unknown,
    call: (body) => body(),
    load: (specifier) => loadModule(specifier, modules),
    meta: { url: here },
    inspect: (value) => inspect(value),
    emit,
    displays,
    turn: () => new Promise((resolve) => later(() => later(resolve, 0), 0)),
    flag,
    sources,
  });
}

scope.addEventListener("message", ({ data }) => {
  if (data.type === "init") {
    runner = start(data.flag, data.modules);
    reply({ type: "ready" });
    reply({ type: "loaded" });
  } else if (data.type === "execute") {
    const { id } = data;
    outbox.begin();
    runner
      ?.run(data.code, data.label, id)
      .then(({ status, error }) => reply({ type: "done", id, status, error }));
  } else if (data.type === "interrupt") runner?.interrupt(data.id);
  // 网页里没有 comm 的另一端
  else if (data.type === "comm") reply({ type: "heard", id: data.id });
});

scope.addEventListener("error", (event) => {
  event.preventDefault();
  runner?.uncaught(event.error);
  outbox.flush();
});
scope.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  runner?.rejected(event.promise, event.reason);
});
scope.addEventListener("rejectionhandled", ({ promise }) => runner?.handled(promise));
