import * as nodeModule from "node:module";
import { MessageChannel } from "node:worker_threads";
import type { ModuleGraph } from "./graph.js";
import * as hooks from "./ts-hooks.js";

/** 装上加载钩子；graph 得知文件之间的依赖。 */
export function installHooks(graph?: ModuleGraph): void {
  const { port1, port2 } = new MessageChannel();
  graph?.connect(port1);
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: object) => void };
  if (registerHooks) {
    hooks.initialize(graph && { port: port2 });
    registerHooks({ resolve: hooks.resolve, load: hooks.load });
  } else {
    nodeModule.register(new URL("./ts-hooks.js", import.meta.url), {
      data: graph ? { port: port2 } : {},
      transferList: graph ? [port2] : [],
    });
  }
}
