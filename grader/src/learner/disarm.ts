import { syncBuiltinESMExports } from "node:module";
import os from "node:os";

/** 能伤到别的进程、或者绕过 Node 权限模型的入口；做作业用不到。 */
const WEAPONS = [
  "kill",
  "_kill",
  "_debugProcess",
  "_debugEnd",
  "binding",
  "_linkedBinding",
  "dlopen",
  "setuid",
  "setgid",
  "seteuid",
  "setegid",
  "setgroups",
  "initgroups",
];

/**
 * 运行学习者的代码之前，拿掉能结束别的进程的函数。
 *
 * 有进程命名空间时多此一举；只有 Node 权限模型时，它是学习者与裁判进程之间唯一的一道，
 * 因为权限模型不管信号。
 */
export function disarm(): void {
  for (const name of WEAPONS) Reflect.deleteProperty(process, name);
  Reflect.deleteProperty(os, "setPriority");
  syncBuiltinESMExports();
}
