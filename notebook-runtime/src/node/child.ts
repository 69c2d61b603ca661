// 执行进程的入口：先报到，再加载编译器。父进程见 session.ts，线上格式见 wire.ts。
import { getHeapStatistics } from "node:v8";
import type { Request } from "../runtime/protocol.js";
import { installStreams } from "./streams.js";
import { writeReply } from "./wire.js";

installStreams();

const requests: Request[] = [];
let serve = (request: Request): void => {
  requests.push(request);
};
process.on("message", (request: Request) => serve(request));
process.on("disconnect", () => process.exit(0));

// 单元格的代码不该看见也不该占用我们的通道。
const hidden = { value: undefined, configurable: true, writable: true };
Object.defineProperties(process, { send: hidden, disconnect: hidden });
delete process.env.NODE_CHANNEL_FD;

writeReply({ type: "ready" });
const { createServer } = await import("./serve.js");
serve = createServer();
writeReply({ type: "loaded", heapLimit: getHeapStatistics().heap_size_limit });
for (const request of requests) serve(request);
