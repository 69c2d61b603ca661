import type { Output } from "@tidu/notebook-runtime";
import type { Channels } from "./channels.js";
import type { Message } from "./message.js";
import { colorTraceback } from "./traceback.js";

/** 把会话的一个输出作为 parent 引起的 iopub 消息发出去。count 是单元格的编号，只有 execute_result 要。 */
export function publishOutput(
  channels: Channels,
  output: Output,
  parent: Message,
  count: number | null,
): void {
  const { output_type, ...content } = colored(output);
  const extra =
    output_type === "execute_result"
      ? { execution_count: count }
      : output_type === "display_data" && !("transient" in content)
        ? { transient: {} }
        : {};
  channels.publish(output_type, parent, { ...content, ...extra });
}

function colored(output: Output): Output {
  if (output.output_type !== "error") return output;
  return { ...output, traceback: colorTraceback(output.ename, output.traceback) };
}
