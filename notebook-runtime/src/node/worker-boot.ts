// 单元格里的 worker 的引导：装上加载钩子，网页式的 worker 再补上 self 与 postMessage，然后导入真正的文件。
import { fileURLToPath } from "node:url";
import { parentPort } from "node:worker_threads";
import { installDisposal } from "../runtime/install-disposal.js";
import { installHooks } from "./hooks.js";

const [target, kind] = process.argv.splice(2, 2);
process.argv[1] = fileURLToPath(target);

installDisposal();
installHooks();
const web = kind === "web" ? installWebScope() : null;
await import(target);
// 消息先在端口里排着，文件执行完、onmessage 装好之后才收。
web?.();

/** 返回开始收消息的函数。 */
function installWebScope(): () => void {
  const port = parentPort!;
  const events = new EventTarget();
  const scope = globalThis as unknown as { onmessage?: ((event: Event) => void) | null };
  const define = (name: string, value: unknown) =>
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  define("self", globalThis);
  define("onmessage", null);
  define("postMessage", (message: unknown, transfer?: never) => port.postMessage(message, transfer));
  define("close", () => process.exit(0));
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const)
    define(name, events[name].bind(events));
  return () =>
    port.on("message", (data) => {
      const event = new MessageEvent("message", { data });
      events.dispatchEvent(event);
      scope.onmessage?.call(globalThis, event);
    });
}
