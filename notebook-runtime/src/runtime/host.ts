import { type DisplayHost, HOST_KEY } from "../display/host.js";
import type { Output } from "../types.js";

/** 把显示函数接到本会话的输出上。 */
export function installHost(emit: (output: Output) => void, inspect: (value: unknown) => string): void {
  const host: DisplayHost = {
    display(data, metadata, id, update = false) {
      if (update && id !== undefined) {
        emit({ output_type: "update_display_data", data, metadata, transient: { display_id: id } });
      } else {
        const transient = id === undefined ? {} : { transient: { display_id: id } };
        emit({ output_type: "display_data", data, metadata, ...transient });
      }
    },
    clear: (wait) => emit({ output_type: "clear_output", wait }),
    inspect,
  };
  Object.defineProperty(globalThis, HOST_KEY, { value: host, configurable: true });
}
