import type { Handler } from "./handler.js";

export const commInfo: Handler = ({ content }, { comms }) => ({
  status: "ok",
  comms: comms.info(content["target_name"] ?? undefined),
});

/** comm_open、comm_msg、comm_close：没有回复。 */
export const comm: Handler = async (message, { comms }) => {
  await comms.receive(message);
  return undefined;
};
