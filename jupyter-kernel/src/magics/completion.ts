import { magicHelp, magicInfo, magicMarkdown, magics } from "@tidu/notebook-runtime/magics";
import type { Completions } from "../types/service.js";

/** 光标在单元格开头的魔法命令上时，候选的命令或参数；不在则是 null。 */
export function magicCompletions(code: string, position: number): Completions | null {
  const line = lineBefore(code, position);
  const name = /^[ \t]*(%%?)([\w-]*)$/.exec(line);
  if (name) {
    const [, mark = "", typed = ""] = name;
    const items = magics
      .filter((info) => (mark === "%%" ? info.cell : info.line || info.cell) && info.name.startsWith(typed))
      .flatMap((info) => [
        ...(mark === "%" && info.line ? [`%${info.name}`] : []),
        ...(info.cell ? [`%%${info.name}`] : []),
      ]);
    const start = position - typed.length - mark.length;
    return { start, end: position, items: items.map((text) => ({ text, type: "magic" })) };
  }
  const [, command, typed = ""] = /^[ \t]*%%?([\w-]+)[ \t]+([\w-]*)$/.exec(line) ?? [];
  const info = command === undefined ? undefined : magicInfo(command);
  if (!info || (info.line === "code" && info.cell?.body === "code")) return null;
  const items = (info.choices ?? []).filter((choice) => choice.startsWith(typed));
  return {
    start: position - typed.length,
    end: position,
    items: items.map((text) => ({ text, type: "keyword" })),
  };
}

/** 光标在魔法命令的名字上时，它的说明。 */
export function magicInspection(code: string, position: number): { plain: string; markdown: string } | null {
  const start = code.lastIndexOf("\n", position - 1) + 1;
  if (!inHead(code, start)) return null;
  const [text, name] = /^[ \t]*%%?([\w-]+)\??/.exec(code.slice(start)) ?? [];
  const info = name === undefined ? undefined : magicInfo(name);
  if (!info || text === undefined || position > start + text.length) return null;
  return { plain: magicHelp(info), markdown: magicMarkdown(info) };
}

function lineBefore(code: string, position: number): string {
  const start = code.lastIndexOf("\n", position - 1) + 1;
  return inHead(code, start) ? code.slice(start, position) : "";
}

/** 这一行之前只有空行、注释与行命令。 */
function inHead(code: string, start: number): boolean {
  return code
    .slice(0, start)
    .split("\n")
    .every((line) => /^\s*(?:\/\/.*|%(?!%).*)?$/.test(line));
}
