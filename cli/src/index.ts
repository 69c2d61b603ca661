import { Command } from "commander";
import { inChinese } from "./chinese.js";
import { reportFailure } from "./failure.js";

type Register = (program: Command) => void;

/** 子命令 → 它的文件。只载入要用的那一个，`tidu kernel` 不必等判分器。 */
const commands: Record<string, () => Promise<Register>> = {
  kernel: async () => (await import("./commands/kernel.js")).kernelCommand,
  nb: async () => (await import("./commands/nb.js")).notebookCommand,
  grade: async () => (await import("./commands/grade.js")).gradeCommand,
  gradebook: async () => (await import("./commands/gradebook.js")).gradebookCommand,
  exercise: async () => (await import("./commands/exercise.js")).exerciseCommand,
  gpu: async () => (await import("./commands/gpu.js")).gpuCommand,
  doctor: async () => (await import("./commands/doctor.js")).doctorCommand,
};

/** 命令行入口：每个子命令一个文件，这里只负责装配与最后的报错。 */
export async function main(argv: readonly string[]): Promise<void> {
  const program = inChinese(new Command("tidu")).description(
    "梯度课程的命令行：运行笔记本、判分、注册内核、检查设备",
  );
  try {
    const one = commands[argv[0] ?? ""];
    for (const load of one ? [one] : Object.values(commands)) (await load())(program);
    await program.parseAsync(argv, { from: "user" });
  } catch (error) {
    process.exitCode = reportFailure(error);
  }
}
