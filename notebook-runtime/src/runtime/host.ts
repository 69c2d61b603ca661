import { sizeOf } from "../display/cap.js";
import { type DisplayHost, HOST_KEY } from "../display/host.js";
import { count } from "../display/text.js";
import type { Output } from "../types.js";
import { isInterrupted } from "./failure.js";

/** 一个单元格最多显示这么多项、这么多字符；再多，前端就打不开笔记本了。 */
const MAX_ITEMS = 1000;
const MAX_SIZE = 100_000_000;

/** 会话里的显示：知道单元格的开始与结束。 */
export interface CellDisplays {
  begin(): void;
  /** 等还没算好的显示；没有就立即返回。 */
  settle(): Promise<unknown> | null;
}

type Inspection = Pick<DisplayHost, "inspect" | "isProxy">;

/** 把显示函数接到本会话的输出上。 */
export function installHost(emit: (output: Output) => void, inspection: Inspection): CellDisplays {
  const pending = new Set<Promise<unknown>>();
  let items = 0;
  let size = 0;
  let full = false;
  const begin = () => {
    items = 0;
    size = 0;
    full = false;
  };
  const admit = (data: Record<string, unknown>): boolean => {
    if (full) return false;
    items += 1;
    size += sizeOf(data);
    full = items > MAX_ITEMS || size > MAX_SIZE;
    if (!full) return true;
    const text = `（这个单元格已经显示了 ${count(items - 1)} 项，其余的不再显示。反复改写同一处用 updateDisplay，清空用 clearOutput。）`;
    emit({ output_type: "display_data", data: { "text/plain": text }, metadata: {} });
    return false;
  };
  const host: DisplayHost = {
    ...inspection,
    display(data, metadata, id, update = false) {
      if (update && id !== undefined) {
        emit({ output_type: "update_display_data", data, metadata, transient: { display_id: id } });
      } else if (admit(data)) {
        const transient = id === undefined ? {} : { transient: { display_id: id } };
        emit({ output_type: "display_data", data, metadata, ...transient });
      }
    },
    clear(wait) {
      begin();
      emit({ output_type: "clear_output", wait });
    },
    isInterrupt: isInterrupted,
    pending(work) {
      pending.add(work);
      const done = () => void pending.delete(work);
      work.then(done, done);
    },
  };
  Object.defineProperty(globalThis, HOST_KEY, { value: host, configurable: true });
  return { begin, settle: () => (pending.size > 0 ? Promise.all(pending) : null) };
}
