import { kernelInfo as info } from "../info.js";
import type { Handler } from "./handler.js";

export const kernelInfo: Handler = () => info();

/** 先回复，再等单元格停下：前端不该为回复等一秒。 */
export const interrupt: Handler = (_, { interrupt }) => {
  void interrupt().catch((error) => console.error(error));
  return { status: "ok" };
};

/** 回复发出之后，kernel.ts 才真的关机。 */
export const shutdown: Handler = ({ content }) => ({ status: "ok", restart: content["restart"] === true });
