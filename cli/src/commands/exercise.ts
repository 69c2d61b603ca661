import { messages } from "@tidu/grader";
import type { Command } from "commander";
import { root } from "../root.js";
import { buildAll, buildFor } from "./exercise-build.js";
import { newFamily } from "./exercise-new.js";
import { testFamilies } from "./exercise-test.js";

/** `tidu exercise`：新建题族，由解答生成练习，自检题目。 */
export function exerciseCommand(program: Command): void {
  const exercise = program
    .command("exercise")
    .description("练习：新建题族，由 solutions/ 生成 exercises/，自检题目");

  exercise
    .command("new")
    .description("新建一个题族的骨架：题、错法、核对用的答案、解答笔记本，并登记")
    .argument("<slug>", "练习笔记本，如 3-architectures/05-normalizing-flows")
    .argument("<family>", "题族的名字，如 flows")
    .action((slug: string, name: string) => {
      process.exitCode = report(() => newFamily(slug, name, root));
    });

  exercise
    .command("build")
    .description("由 solutions/ 重新生成 exercises/")
    .option("--check", "只检查是否一致，不写文件")
    .option("--student <name>", "生成某个学习者的那一份，有变体的题换成他的常数")
    .option("--out <dir>", "与 --student 一起用：写进哪个文件夹")
    .action((options: { check?: boolean; student?: string; out?: string }) => {
      const { student, out } = options;
      process.exitCode = report(() => {
        if (student === undefined) return buildAll(options.check === true);
        if (out !== undefined) return buildFor(student, out);
        console.error(messages.needsOut());
        return 2;
      });
    });

  exercise
    .command("test")
    .description("题目自检：几个判据一致，标准答案得满分，每种错法被拒绝且不误诊，没有作答得零分")
    .argument("[family]", "只检一个题族")
    .option("--seeds <n>", "用几个种子", "5")
    .option("--speed", "再看快慢：标准答案够快，慢的写法得不到分（一题要几十秒）")
    .action(async (family: string | undefined, options: { seeds: string; speed?: boolean }) => {
      const seeds = Math.max(1, Number.parseInt(options.seeds, 10) || 5);
      process.exitCode = await testFamilies(family, seeds, options.speed === true);
    });
}

/** 说得清楚的毛病只写一行；别的照样抛出。 */
function report(run: () => number): number {
  try {
    return run();
  } catch (error) {
    const { message } = error as Error;
    if (!message.startsWith("TIDU-")) throw error;
    console.error(message);
    return 2;
  }
}
