import { readConnection } from "./connection.js";
import type { TypeService } from "./types/service.js";

/**
 * 按连接文件启动内核，直到收到关机请求。
 * 会话子进程、类型服务、套接字三样同时准备：先动最慢的，再动别的。
 */
export async function runKernel(connectionFile: string): Promise<void> {
  const connection = readConnection(connectionFile);
  const folder = process.cwd();
  const session = import("@tidu/notebook-runtime/node").then(({ createNodeSession }) =>
    createNodeSession({ cwd: folder }),
  );
  session.catch(() => {});
  const [{ Kernel }, { NativeTypeService }] = await Promise.all([
    import("./kernel.js"),
    import("./types/native.js"),
  ]);
  let service: TypeService | undefined;
  const types = () => (service ??= new NativeTypeService(folder));
  const { promise: done, resolve: stop } = deferred();
  const kernel = new Kernel({ connection, session, types, onShutdown: stop });
  await kernel.start();
  // 等已到的消息（多半是 kernel_info_request）先答完，再花一百多毫秒打开类型服务
  setTimeout(() => {
    try {
      types();
    } catch (error) {
      console.error(`TIDU-JUP-021：类型服务没有启动：${(error as Error).message}`);
    }
  }, 1);
  // 一处没接住的错误不该让整个内核（和学习者的变量）一起消失
  process.on("unhandledRejection", (error) => console.error("TIDU-JUP-023：内核内部错误：", error));
  process.on("SIGINT", () => void kernel.interrupt().catch(() => {}));
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  watchParent(stop);
  await done;
  await kernel.close();
  service?.close();
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

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
