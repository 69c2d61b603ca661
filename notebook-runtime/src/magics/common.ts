import type { MagicHandlers } from "./context.js";
import { device } from "./device.js";
import { help, lsmagic } from "./help.js";
import { rich } from "./rich.js";
import { time } from "./time.js";
import { timeit } from "./timeit.js";
import { reset, who, whos } from "./who.js";

/** Node 与浏览器里都有的魔法命令。 */
export const commonMagics: MagicHandlers = {
  ...rich,
  device,
  help,
  lsmagic,
  reset,
  time,
  timeit,
  who,
  whos,
  // 会话本来就不检查类型；笔记本里写了它，没有内核时也照常运行。
  types: () => {},
};
