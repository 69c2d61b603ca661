import { duration } from "@tidu/notebook-runtime/magics";
import { parseDuration } from "../settings.js";
import { type KernelMagic, MagicError } from "./context.js";

export const timeout: KernelMagic = ({ call, settings, own, print }) => {
  const current = () =>
    settings.timeout === undefined ? "没有时限。" : `时限是 ${duration(settings.timeout)}。`;
  if (call.args === "" && !call.cell) return print(`单元格${current()}`);
  const limit = parseDuration(call.args);
  if (limit === undefined && call.args !== "off")
    throw new MagicError("TIDU-JUP-042", `%timeout 看不懂 “${call.args}”：请写 500ms、5s、2m 或 off。`);
  if (call.cell) {
    own.timeout = limit;
    return;
  }
  settings.timeout = limit;
  print(`之后的单元格${current()}`);
};
