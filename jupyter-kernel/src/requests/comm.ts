import type { Handler } from "./handler.js";

export const commInfo: Handler = () => ({ status: "ok", comms: {} });

/** 没有登记过的 comm 目标：照协议立即关掉。 */
export const commOpen: Handler = ({ content }, { channels }) => {
  channels.publish("comm_close", undefined, { comm_id: content["comm_id"], data: {} });
  return undefined;
};
