import type { MagicHandler } from "./context.js";
import { type MagicInfo, magicInfo, magics } from "./table.js";

/** 一个命令的说明，纯文本。 */
export function magicHelp({ usage, summary, detail }: MagicInfo): string {
  return [...usage, "", `${summary}。`, ...(detail ? [detail] : [])].join("\n");
}

/** 一个命令的说明，Markdown。 */
export function magicMarkdown({ usage, summary, detail }: MagicInfo): string {
  return [`\`\`\`\n${usage.join("\n")}\n\`\`\``, `${summary}。`, ...(detail ? [detail] : [])].join("\n\n");
}

/** 全部命令，一行一个。 */
export function magicList(): string {
  const name = (info: MagicInfo) =>
    [info.line && `%${info.name}`, info.cell && `%%${info.name}`].filter(Boolean).join(" ");
  const width = Math.max(...magics.map((info) => name(info).length));
  return [
    "魔法命令（写在单元格最前面；%名字? 看说明）：",
    ...magics.map((info) => `  ${name(info).padEnd(width)}  ${info.summary}`),
  ].join("\n");
}

export const lsmagic: MagicHandler = ({ print }) => print(magicList());

export const help: MagicHandler = ({ print, call }) => {
  const name = call.args.replace(/^%+/, "");
  const info = magicInfo(name);
  print(name === "" ? magicList() : info ? magicHelp(info) : `没有名叫 ${name} 的魔法命令。\n${magicList()}`);
};
