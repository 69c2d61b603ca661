import { setFlagsFromString } from "node:v8";
import type { Session } from "@tidu/notebook-runtime";
import { readConnection } from "./connection.js";
import { Kernel } from "./kernel.js";
import { memoryArguments, notebookFolder } from "./settings.js";
import type { TypeService } from "./types/service.js";

/** 前端一直不开口，过这么多毫秒也开始准备。 */
const patience = 100;

/**
 * 命令行入口；argv 里第一个不是选项的是连接文件。
 * @param entry 执行进程的入口，见会话的同名选项
 */
export async function main(argv: readonly string[], entry?: string): Promise<void> {
  const file = argv.find((argument) => !argument.startsWith("-"));
  if (file === undefined) {
    console.error("TIDU-JUP-011：缺少连接文件。用法：node main.cjs 连接文件（一般由 Jupyter 启动）");
    process.exit(2);
  }
  try {
    await runKernel(file, entry);
    process.exit(0);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}

/**
 * 按连接文件启动内核，直到收到关机请求。
 * 先只绑套接字，答完第一个请求（总是 kernel_info）再准备会话的子进程与类型服务：
 * 三件事一起做，核少的机器上前端要多等一倍。
 */
export async function runKernel(connectionFile: string, entry?: string): Promise<void> {
  const connection = readConnection(connectionFile);
  const folder = notebookFolder(process.env, process.cwd());
  const done = deferred<void>();
  const session = deferred<Session>();
  session.promise.catch(() => {});
  let service: TypeService | undefined;
  let create: (() => TypeService) | undefined;
  const types = () => (service ??= create!());
  const prepare = once(async () => {
    const { createNodeSession } = await import("@tidu/notebook-runtime/node");
    const onExit = () => void kernel.sessionLost();
    const options = {
      cwd: folder,
      execArgv: memoryArguments(),
      respawn: true,
      onExit,
      ...(entry ? { entry } : {}),
    };
    createNodeSession(options).then(session.resolve, session.reject);
    const { NativeTypeService } = await import("./types/native.js");
    create = () => new NativeTypeService(folder);
    setTimeout(() => open(types), 1);
  });
  const kernel = new Kernel({
    connection,
    session: session.promise,
    types,
    prepare,
    onShutdown: done.resolve,
  });
  // 一处没接住的错误不该让整个内核（和学习者的变量）一起消失
  process.on("unhandledRejection", (error) => console.error("TIDU-JUP-023：内核内部错误：", error));
  process.on("SIGINT", () => void kernel.interrupt().catch(() => {}));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => done.resolve());
  await kernel.start();
  setTimeout(prepare, patience);
  watchParent(done.resolve);
  await done.promise;
  // 还没启动过就关机：没有可关的会话
  session.reject(new Error("内核已经关机"));
  await kernel.close();
  service?.close();
}

/** 打开类型服务要一百多毫秒，趁前端还没送来单元格。 */
function open(types: () => TypeService): void {
  try {
    types().open();
  } catch (error) {
    console.error(`TIDU-JUP-021：类型服务没有启动：${(error as Error).message}`);
  }
  // 单元格一格只跑一遍，V8 来不及知道哪些函数常用：此后第一次调用就编译成机器码，不先解释
  setFlagsFromString("--always-sparkplug");
}

/** Jupyter 用 JPY_PARENT_PID 告诉内核谁启动了它；那个进程没了，内核也该退。 */
function watchParent(stop: () => void): void {
  const parent = Number(process.env["JPY_PARENT_PID"]);
  if (!Number.isInteger(parent) || parent <= 1) return;
  setInterval(() => {
    try {
      process.kill(parent, 0);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") stop();
    }
  }, 2000).unref();
}

function once<T>(start: () => T): () => T {
  let result: { value: T } | undefined;
  return () => (result ??= { value: start() }).value;
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (error: Error) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((done, fail) => {
    resolve = done;
    reject = fail;
  });
  return { promise, resolve, reject };
}
