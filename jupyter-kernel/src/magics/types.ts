import { type KernelMagic, MagicError } from "./context.js";

export const types: KernelMagic = ({ call, settings, print }) => {
  if (call.args === "") return print(`类型检查现在是${settings.checking ? "打开" : "关闭"}的。`);
  if (call.args !== "on" && call.args !== "off")
    throw new MagicError("TIDU-JUP-041", "%types 后面要写 on 或 off。");
  settings.checking = call.args === "on";
  print(`类型检查已${settings.checking ? "打开" : "关闭"}。`);
};
