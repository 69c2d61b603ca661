import { type KernelMagic, MagicError } from "./context.js";

export const timing: KernelMagic = ({ call, settings, print }) => {
  if (call.args !== "on" && call.args !== "off")
    throw new MagicError("TIDU-JUP-041", "%timing 后面要写 on 或 off。");
  settings.timing = call.args === "on";
  print(settings.timing ? "之后每个单元格结束时报告用时。" : "不再报告用时。");
};
