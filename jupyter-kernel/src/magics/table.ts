import type { KernelMagic } from "./context.js";
import { npm } from "./npm.js";
import { reset } from "./reset.js";
import { timeout } from "./timeout.js";
import { timing } from "./timing.js";
import { types } from "./types.js";

/** 由内核来做的魔法命令；其余的交给会话。各个命令的说明在 notebook-runtime 的同一张表里。 */
export const kernelMagics: ReadonlyMap<string, KernelMagic> = new Map(
  Object.entries({ npm, reset, timeout, timing, types }),
);
