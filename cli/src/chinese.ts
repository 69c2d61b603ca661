import type { Command } from "commander";

/** commander 的标题与报错是英文的，这里换成中文；报错另加编号。 */
const titles: Record<string, string> = {
  "Usage:": "用法：",
  "Options:": "选项：",
  "Commands:": "命令：",
  "Arguments:": "参数：",
};

const errors: [RegExp, string][] = [
  [/^error: unknown command '(.*)'/, "TIDU-CLI-010：没有命令 “$1”。"],
  [/^error: unknown option '(.*)'/, "TIDU-CLI-011：没有选项 “$1”。"],
  [/^error: missing required argument '(.*)'/, "TIDU-CLI-012：缺少参数 <$1>。"],
  [/^error: option '(.*)' argument missing/, "TIDU-CLI-013：选项 “$1” 后面要有值。"],
  [/^error: too many arguments.*/, "TIDU-CLI-014：参数太多。"],
  [/\(Did you mean (one of )?(.*)\?\)/, "是不是 $2？"],
];

export function inChinese(program: Command): Command {
  return program
    .configureHelp({ styleTitle: (title) => titles[title] ?? title })
    .configureOutput({
      outputError: (text, write) =>
        write(errors.reduce((t, [english, chinese]) => t.replace(english, chinese), text)),
    })
    .helpOption("-h, --help", "显示帮助")
    .helpCommand("help [command]", "显示某个命令的帮助")
    .showHelpAfterError("用 --help 看用法。");
}
