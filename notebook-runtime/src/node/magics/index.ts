import { commonMagics } from "../../magics/common.js";
import type { MagicHandlers } from "../../magics/context.js";
import { fileMagics } from "./files.js";
import { memory } from "./memory.js";
import { npmMagic } from "./npm.js";

/** Node 会话里的魔法命令；folder 是笔记本所在的目录。 */
export function nodeMagics(folder: string): MagicHandlers {
  return { ...commonMagics, ...fileMagics(folder), memory, npm: npmMagic(folder) };
}
