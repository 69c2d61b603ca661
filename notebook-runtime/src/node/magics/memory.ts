import * as v8 from "node:v8";
import type { MagicHandler } from "../../magics/context.js";
import { type MemoryReport, memoryBundle } from "../../magics/memory-report.js";
import { buffers, tensorBytes } from "../../magics/size.js";

export const memory: MagicHandler = ({ variables, emit }) => {
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  const limit = v8.getHeapStatistics().heap_size_limit;
  const tensors = new Map<string, { device: string; count: number; bytes: number }>();
  const seen = new Set<unknown>();
  let concrete: Function | undefined;
  for (const box of variables.own()) {
    for (const item of buffers(box.v, seen)) {
      if (ArrayBuffer.isView(item)) continue;
      concrete ??= item.constructor;
      const row = tensors.get(item.device) ?? { device: item.device, count: 0, bytes: 0 };
      row.count += 1;
      row.bytes += tensorBytes(item);
      tensors.set(item.device, row);
    }
  }
  const report: MemoryReport = {
    rows: [
      { name: "会话：堆", bytes: heapUsed, limit },
      {
        name: "会话：堆外",
        bytes: external,
        detail: `其中 ArrayBuffer ${Math.round(arrayBuffers / 2 ** 20)} MiB`,
      },
      { name: "会话：RSS", bytes: rss },
    ],
    tensors: [...tensors.values()],
    ...(concrete && concrete !== Object && { alive: countAlive(concrete) }),
  };
  emit({ output_type: "display_data", data: memoryBundle(report), metadata: {} });
};

/** 这个类还活着的对象有几个；V8 会先回收垃圾。 */
function countAlive(kind: Function): number | undefined {
  const { queryObjects } = v8 as { queryObjects?: (of: Function, options: { format: "count" }) => number };
  return queryObjects?.(kind, { format: "count" });
}
