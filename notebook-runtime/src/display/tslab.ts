import { inspect } from "../runtime/inspect.js";
import type { DisplayHost } from "./host.js";

interface TslabJupyter {
  lastWriteDisplayData?: (content: object, update?: boolean) => void;
}

interface NodeProcess {
  getBuiltinModule?: (
    name: string,
  ) => { _cache?: Record<string, { exports: unknown } | undefined> } | undefined;
}

let found: TslabJupyter | null = null;

/** 原版 tslab 内核里正在运行的那份 tslab；它的公开接口一次只能发一种内容类型，所以直接用它下面的一层。 */
function runningTslab(): TslabJupyter | null {
  if (found) return found;
  const { process } = globalThis as { process?: NodeProcess };
  // 不写 import：这个文件也要能在浏览器里加载。
  const cache = process?.getBuiltinModule?.("node:module")?._cache ?? {};
  const file = Object.keys(cache).find((key) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(key));
  found = file ? (cache[file]?.exports as TslabJupyter) : null;
  return found;
}

/** 在 tslab 内核里时的显示环境；不在则是 null。 */
export function tslabHost(): DisplayHost | null {
  const tslab = runningTslab();
  if (!tslab?.lastWriteDisplayData) return null;
  return {
    display(data, metadata, id, update = false) {
      tslab.lastWriteDisplayData?.(
        { data, metadata, transient: id === undefined ? {} : { display_id: id } },
        update,
      );
    },
    // tslab 没有清空输出的消息。
    clear: () => {},
    inspect,
  };
}
