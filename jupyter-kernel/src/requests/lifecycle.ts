import { kernelInfo as info } from "../info.js";
import { log } from "../log.js";
import type { Handler } from "./handler.js";

export const kernelInfo: Handler = () => info();

/** 各通道的端口；协议里已不推荐，但仍有客户端在问。 */
export const connect: Handler = (_, { channels }) => {
  const { shell_port, iopub_port, stdin_port, control_port, hb_port } = channels.connection;
  return { status: "ok", shell_port, iopub_port, stdin_port, control_port, hb_port };
};

/** 先回复，再等单元格停下：前端不该为回复等一秒。 */
export const interrupt: Handler = (_, { interrupt }) => {
  void interrupt().catch((error) => log(`TIDU-JUP-022：中断时出错：${error}`));
  return { status: "ok" };
};

/** 回复发出之后，kernel.ts 才真的关机。 */
export const shutdown: Handler = ({ content }) => ({ status: "ok", restart: content["restart"] === true });

/** 没有调试器（kernel_info 里也这么说）；照调试适配协议回答失败，前端不会干等。 */
export const debug: Handler = ({ content }) => ({
  type: "response",
  request_seq: content["seq"] ?? 0,
  success: false,
  command: content["command"] ?? "",
  message: "TIDU-JUP-027：这个内核没有调试器",
});
