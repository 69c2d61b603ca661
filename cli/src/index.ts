import { Command } from "commander";
import { doctorCommand } from "./commands/doctor.js";
import { exerciseCommand } from "./commands/exercise.js";
import { gpuCommand } from "./commands/gpu.js";
import { gradeCommand } from "./commands/grade.js";
import { kernelCommand } from "./commands/kernel.js";
import { notebookCommand } from "./commands/nb.js";
import { reportFailure } from "./failure.js";

/** 命令行入口：每个子命令一个文件，这里只负责装配与最后的报错。 */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command("tidu")
    .description("梯度课程的命令行：运行笔记本、判分、注册内核、检查设备")
    .helpOption("-h, --help", "显示帮助")
    .helpCommand("help [command]", "显示某个命令的帮助")
    .showHelpAfterError("（用 --help 看用法）");
  for (const add of [
    kernelCommand,
    notebookCommand,
    gradeCommand,
    exerciseCommand,
    gpuCommand,
    doctorCommand,
  ]) {
    add(program);
  }
  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
